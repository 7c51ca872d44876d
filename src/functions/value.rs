//! The rows of the function table for values of any type, for json, and for hashes. Plain data: signature, meaning,
//! template and an example that every engine is held to.

use super::Kind::{Any, Json, Same, Text};
use super::{Function, Nulls, Returns, literal, many, one};
use crate::types::Type;

/// The functions of this subject.
pub static ALL: &[Function] = &[
    Function {
        name: "coalesce",
        doc: "The first value that is not null.",
        parameters: &[one("x", Any), many("y", Same)],
        returns: Returns::Meet,
        nulls: Nulls::Skips,
        template: "COALESCE({*})",
        example: ("coalesce(null, 'a', 'b')", "'a'"),
    },
    Function {
        name: "nullif",
        doc: "`x`, or null where it equals `y`.",
        parameters: &[one("x", Any), one("y", Same)],
        returns: Returns::Meet,
        nulls: Nulls::Always,
        template: "NULLIF({0}, {1})",
        example: ("nullif('', '')", "null"),
    },
    Function {
        name: "text",
        doc: "The value as text: `true`, `1.50`, `2026-01-15`, `2026-01-15 09:00:00`; a float in its shortest form, a duration in \
              microseconds.",
        parameters: &[one("x", Any)],
        returns: Returns::Fixed(Type::Text),
        nulls: Nulls::Strict,
        template: "CAST({0} AS VARCHAR)",
        example: ("text(1.50)", "'1.50'"),
    },
    Function {
        name: "json_text",
        doc: "What stands at the path, as text: a string's content, else the JSON as it is written. Null for what is absent, JSON \
              null or malformed. A step into an array is a place, from '0'.",
        parameters: &[one("x", Json), literal(many("path", Text))],
        returns: Returns::Fixed(Type::Text),
        nulls: Nulls::Always,
        template: "JSON_TEXT({*})",
        example: ("json_text('{\"plan\": {\"name\": \"pro\"}}', 'plan', 'name')", "'pro'"),
    },
    Function {
        name: "json_int",
        doc: "`int` of what stands at the path.",
        parameters: &[one("x", Json), literal(many("path", Text))],
        returns: Returns::Fixed(Type::Int),
        nulls: Nulls::Always,
        template: "JSON_INT({*})",
        example: ("json_int('{\"seats\": 12}', 'seats')", "12"),
    },
    Function {
        name: "json_float",
        doc: "`float` of what stands at the path.",
        parameters: &[one("x", Json), literal(many("path", Text))],
        returns: Returns::Fixed(Type::Float),
        nulls: Nulls::Always,
        template: "JSON_FLOAT({*})",
        example: ("json_float('[1.5, 2.5]', '1')", "2.5"),
    },
    Function {
        name: "json_bool",
        doc: "The bool that stands at the path, or in a string there; else null.",
        parameters: &[one("x", Json), literal(many("path", Text))],
        returns: Returns::Fixed(Type::Bool),
        nulls: Nulls::Always,
        template: "JSON_BOOL({*})",
        example: ("json_bool('{\"trial\": true}', 'trial')", "true"),
    },
    Function {
        name: "bucket",
        doc: "A number from 0 to 9999 that depends only on the two texts: the first 32 bits of the MD5 of `salt-key`, modulo 10000.",
        parameters: &[literal(one("salt", Text)), one("key", Text)],
        returns: Returns::Fixed(Type::Int),
        nulls: Nulls::Strict,
        template: "BUCKET({0}, {1})",
        example: ("bucket('paywall', 'w1')", "414"),
    },
    Function {
        name: "growthbook",
        doc: "A number from 0 to 9999: what GrowthBook's hash of version 2 gives for a seed and a value, in ten-thousandths. Of texts beyond ASCII, the UTF-8 is hashed.",
        parameters: &[literal(one("seed", Text)), one("value", Text)],
        returns: Returns::Fixed(Type::Int),
        nulls: Nulls::Strict,
        template: "GROWTHBOOK({0}, {1})",
        example: ("growthbook('seed', 'a')", "505"),
    },
    Function {
        name: "launchdarkly",
        doc: "A number from 0 to 9999: where a percentage rollout of LaunchDarkly puts a key, in ten-thousandths. The salt is the flag's key, a point and the flag's salt.",
        parameters: &[literal(one("salt", Text)), one("key", Text)],
        returns: Returns::Fixed(Type::Int),
        nulls: Nulls::Strict,
        template: "LAUNCHDARKLY({0}, {1})",
        example: ("launchdarkly('hashKey.saltyA', 'userKeyA')", "4215"),
    },
    Function {
        name: "md5",
        doc: "The MD5 of the text's UTF-8, as 32 lower-case hexadecimal digits.",
        parameters: &[one("x", Text)],
        returns: Returns::Fixed(Type::Text),
        nulls: Nulls::Strict,
        template: "MD5({0})",
        example: ("md5('a')", "'0cc175b9c0f1b6a831c399e269772661'"),
    },
];
