//! Takes an open connection to SQLite, gives it the functions that SQL of the `sqlite` dialect uses and SQLite lacks.
//! The only file that knows SQLite's C interface for functions; what each does is safe code in the modules below.
//! Promises: each function is deterministic, and a mistake in a value is an error of the statement, never another value.

pub mod hash;
pub mod json;
pub mod number;
pub mod table;
pub mod text;
pub mod time;
pub mod workday;

use std::borrow::Cow;
use std::ffi::{CStr, c_char, c_int};

use libsqlite3_sys as ffi;
use sqlx::SqliteConnection;

/// A function, as it is registered.
#[derive(Debug)]
pub struct Registered {
    /// Its name.
    pub name: &'static CStr,
    /// How many arguments it takes; -1: any number.
    pub arguments: c_int,
    /// Whether it is null where an argument is, without being asked.
    pub strict: bool,
    /// What it does.
    pub body: fn(&Arguments<'_>) -> Result<Out, String>,
}

/// A value of SQLite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Argument<'a> {
    /// `NULL`
    Null,
    /// An integer.
    Int(i64),
    /// A double.
    Real(f64),
    /// Text.
    Text(&'a str),
    /// What no function takes: a blob, or text that is not UTF-8.
    Other,
}

/// What a function gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Out {
    /// `NULL`
    Null,
    /// An integer.
    Int(i64),
    /// A double.
    Real(f64),
    /// Text.
    Text(String),
}

/// The arguments of one call.
#[derive(Debug)]
pub struct Arguments<'a>(pub &'a [Argument<'a>]);

impl<'a> Arguments<'a> {
    /// The argument at that place.
    #[must_use]
    pub fn at(&self, place: usize) -> Argument<'a> {
        self.0.get(place).copied().unwrap_or(Argument::Null)
    }

    /// The text at that place; numbers are written out.
    ///
    /// # Errors
    /// Where it is none.
    pub fn text(&self, place: usize) -> Result<Cow<'a, str>, String> {
        match self.at(place) {
            Argument::Text(text) => Ok(Cow::Borrowed(text)),
            Argument::Int(value) => Ok(Cow::Owned(value.to_string())),
            Argument::Real(value) => Ok(Cow::Owned(number::float_to_text(value))),
            Argument::Null => Ok(Cow::Borrowed("")),
            Argument::Other => Err("a value is neither text nor a number".to_owned()),
        }
    }

    /// The integer at that place.
    ///
    /// # Errors
    /// Where it is none.
    pub fn int(&self, place: usize) -> Result<i64, String> {
        match self.at(place) {
            Argument::Int(value) => Ok(value),
            Argument::Real(value) if value.fract() == 0.0 && value.abs() < 9e15 => Ok(value as i64),
            other => Err(format!("{} is not an int", shown(other))),
        }
    }

    /// The number at that place, as a double.
    ///
    /// # Errors
    /// Where it is none.
    pub fn float(&self, place: usize) -> Result<f64, String> {
        match self.at(place) {
            Argument::Int(value) => Ok(value as f64),
            Argument::Real(value) => Ok(value),
            other => Err(format!("{} is not a number", shown(other))),
        }
    }
}

fn shown(argument: Argument<'_>) -> String {
    match argument {
        Argument::Null => "null".to_owned(),
        Argument::Int(value) => format!("`{value}`"),
        Argument::Real(value) => format!("`{}`", number::float_to_text(value)),
        Argument::Text(value) => format!("`{value}`"),
        Argument::Other => "a blob".to_owned(),
    }
}

impl<T: Into<Out>> From<Option<T>> for Out {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<i64> for Out {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Out {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<String> for Out {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// Registers every function.
///
/// # Errors
/// Where the connection is lost, or SQLite refuses.
#[expect(unsafe_code, reason = "SQLite's functions are registered through its C interface")]
pub async fn register(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut handle = connection.lock_handle().await?;
    let database = handle.as_raw_handle().as_ptr();
    for function in table::ALL {
        let flags = ffi::SQLITE_UTF8 | ffi::SQLITE_DETERMINISTIC;
        let data = std::ptr::from_ref(function).cast_mut().cast();
        // SAFETY: the handle is locked and open; name and data live as long as the program; `call` only reads the data.
        let code = unsafe {
            let name = function.name.as_ptr();
            ffi::sqlite3_create_function_v2(
                database,
                name,
                function.arguments,
                flags,
                data,
                Some(call),
                None,
                None,
                None,
            )
        };
        if code != ffi::SQLITE_OK {
            return Err(sqlx::Error::Protocol(format!("sqlite3_create_function_v2 gives {code}")));
        }
    }
    Ok(())
}

/// What SQLite calls: reads the arguments, calls the function, hands its value back.
#[expect(unsafe_code, reason = "SQLite's functions are called through its C interface")]
unsafe extern "C" fn call(context: *mut ffi::sqlite3_context, count: c_int, values: *mut *mut ffi::sqlite3_value) {
    // SAFETY: SQLite passes `count` values that stay valid during the call, and the data of `register`.
    let (function, arguments): (&Registered, Vec<Argument<'_>>) = unsafe {
        let values = match usize::try_from(count) {
            Ok(count) if count > 0 => std::slice::from_raw_parts(values, count),
            _ => &[],
        };
        let function = &*ffi::sqlite3_user_data(context).cast::<Registered>().cast_const();
        (function, values.iter().map(|value| argument(*value)).collect())
    };
    let out = if function.strict && arguments.contains(&Argument::Null) {
        Ok(Out::Null)
    } else {
        (function.body)(&Arguments(&arguments))
    };
    // SAFETY: the context is SQLite's own; texts are copied before the call returns.
    unsafe {
        match out {
            Ok(Out::Null) => ffi::sqlite3_result_null(context),
            Ok(Out::Int(value)) => ffi::sqlite3_result_int64(context, value),
            Ok(Out::Real(value)) => ffi::sqlite3_result_double(context, value),
            Ok(Out::Text(text)) => {
                let bytes = text.as_ptr().cast::<c_char>();
                let encoding = ffi::SQLITE_UTF8 as u8;
                ffi::sqlite3_result_text64(context, bytes, text.len() as u64, ffi::SQLITE_TRANSIENT(), encoding);
            }
            Err(message) => {
                let message = format!("{}: {message}", function.name.to_string_lossy());
                let length = c_int::try_from(message.len()).unwrap_or(c_int::MAX);
                ffi::sqlite3_result_error(context, message.as_ptr().cast::<c_char>(), length);
                // A value that does not fit is no mistake of the statement.
                ffi::sqlite3_result_error_code(context, ffi::SQLITE_MISMATCH);
            }
        }
    }
}

/// A value of SQLite.
///
/// # Safety
/// The value must stay valid, and must not be converted, as long as the argument lives.
#[expect(unsafe_code, reason = "SQLite's values are read through its C interface")]
unsafe fn argument<'a>(value: *mut ffi::sqlite3_value) -> Argument<'a> {
    // SAFETY: by the caller's promise; the text is asked for before its length, as SQLite demands.
    unsafe {
        match ffi::sqlite3_value_type(value) {
            ffi::SQLITE_NULL => Argument::Null,
            ffi::SQLITE_INTEGER => Argument::Int(ffi::sqlite3_value_int64(value)),
            ffi::SQLITE_FLOAT => Argument::Real(ffi::sqlite3_value_double(value)),
            ffi::SQLITE_TEXT => {
                let text = ffi::sqlite3_value_text(value);
                let length = usize::try_from(ffi::sqlite3_value_bytes(value)).unwrap_or(0);
                if text.is_null() {
                    return Argument::Other;
                }
                std::str::from_utf8(std::slice::from_raw_parts(text, length)).map_or(Argument::Other, Argument::Text)
            }
            _ => Argument::Other,
        }
    }
}
