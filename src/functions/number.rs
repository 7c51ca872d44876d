//! Functions of numbers. A float is rounded by its 15 significant digits, half away from zero, so that
//! every engine gives the same; what does not fit into an int or a decimal is an error, never another number.

use super::Kind::{Int, Number, Ordered, Same, TextOrNumber};
use super::{Function, Nulls, Returns, literal, many, one, optional};
use crate::types::Type;

/// The functions of this subject.
pub static ALL: &[Function] = &[
    Function {
        name: "abs",
        doc: "The number without its sign.",
        parameters: &[one("x", Number)],
        returns: Returns::Same,
        nulls: Nulls::Strict,
        template: "ABS({0})",
        example: ("abs(-3)", "3"),
    },
    Function {
        name: "round",
        doc: "The nearest whole number, an int; with `n`, the nearest number of `n` decimals. Halves go away from zero. `n` is 0 to 18; a float is rounded by its first 15 digits.",
        parameters: &[one("x", Number), literal(optional("n", Int))],
        returns: Returns::Rounded,
        nulls: Nulls::Strict,
        template: "{0}",
        example: ("round(-2.5)", "-3"),
    },
    Function {
        name: "floor",
        doc: "The greatest int that is not greater.",
        parameters: &[one("x", Number)],
        returns: Returns::Fixed(Type::Int),
        nulls: Nulls::Strict,
        template: "{0}",
        example: ("floor(-2.5)", "-3"),
    },
    Function {
        name: "ceil",
        doc: "The least int that is not less.",
        parameters: &[one("x", Number)],
        returns: Returns::Fixed(Type::Int),
        nulls: Nulls::Strict,
        template: "{0}",
        example: ("ceil(-2.5)", "-2"),
    },
    Function {
        name: "sign",
        doc: "-1, 0 or 1.",
        parameters: &[one("x", Number)],
        returns: Returns::Fixed(Type::Int),
        nulls: Nulls::Strict,
        template: "CAST(SIGN({0}) AS BIGINT)",
        example: ("sign(-0.5)", "-1"),
    },
    Function {
        name: "mod",
        doc: "What is left of `a` after division by `b`, with the sign of `a`; null where `b` is 0.",
        parameters: &[one("a", Int), one("b", Int)],
        returns: Returns::Fixed(Type::Int),
        nulls: Nulls::Always,
        template: "{0} % NULLIF({1}, 0)",
        example: ("mod(-7, 3)", "-1"),
    },
    Function {
        name: "int",
        doc: "A number without its fraction (toward zero); of text, the int that it spells, else null.",
        parameters: &[one("x", TextOrNumber)],
        returns: Returns::Fixed(Type::Int),
        nulls: Nulls::Always,
        template: "CAST({0} AS BIGINT)",
        example: ("int('12')", "12"),
    },
    Function {
        name: "float",
        doc: "The nearest float; of text, the number that it spells, else null.",
        parameters: &[one("x", TextOrNumber)],
        returns: Returns::Fixed(Type::Float),
        nulls: Nulls::Always,
        template: "CAST({0} AS DOUBLE PRECISION)",
        example: ("float('1e3')", "1000"),
    },
    Function {
        name: "decimal",
        doc: "The nearest decimal of `p` digits, `s` of them after the point; of text, the number that it spells, else null.",
        parameters: &[one("x", TextOrNumber), literal(one("p", Int)), literal(one("s", Int))],
        returns: Returns::Decimal,
        nulls: Nulls::Always,
        template: "CAST({0} AS DECIMAL({1}, {2}))",
        example: ("decimal('12.345', 12, 2)", "12.35"),
    },
    Function {
        name: "greatest",
        doc: "The greatest value; skips nulls, null if all are.",
        parameters: &[one("x", Ordered), many("y", Same)],
        returns: Returns::Meet,
        nulls: Nulls::Skips,
        template: "GREATEST({*})",
        example: ("greatest(1, null, 3)", "3"),
    },
    Function {
        name: "least",
        doc: "The least value; skips nulls, null if all are.",
        parameters: &[one("x", Ordered), many("y", Same)],
        returns: Returns::Meet,
        nulls: Nulls::Skips,
        template: "LEAST({*})",
        example: ("least('b', 'a', 'B')", "'B'"),
    },
];
