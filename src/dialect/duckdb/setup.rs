//! The functions that DuckDB cannot spell in an expression, as macros, in statements that are safe to repeat. Each does what the function of
//! `crate::functions` promises, alike on every engine; an argument is written out wherever its macro names it.

use super::super::Setup;
use super::letters;

/// All of them; what one needs stands before it.
pub const ALL: &[Setup] = &[
    Setup { name: "plg_state.fnv32a", needs: &[], sql: FNV32A },
    Setup { name: "plg_state.growthbook", needs: &["plg_state.fnv32a"], sql: GROWTHBOOK },
    Setup { name: "plg_state.launchdarkly", needs: &[], sql: LAUNCHDARKLY },
    Setup { name: "plg_state.lower", needs: &[], sql: letters::LOWER },
    Setup { name: "plg_state.upper", needs: &[], sql: letters::UPPER },
    Setup { name: "plg_state.substring", needs: &[], sql: SUBSTRING },
    Setup { name: "plg_state.split_part", needs: &[], sql: SPLIT_PART },
    Setup { name: "plg_state.round", needs: &[], sql: ROUND },
    Setup { name: "plg_state.float_text", needs: &[], sql: FLOAT_TEXT },
    Setup { name: "plg_state.number", needs: &[], sql: NUMBER },
    Setup { name: "plg_state.to_int", needs: &[], sql: TO_INT },
    Setup { name: "plg_state.to_float", needs: &[], sql: TO_FLOAT },
    Setup { name: "plg_state.to_bool", needs: &[], sql: TO_BOOL },
    Setup { name: "plg_state.to_date", needs: &[], sql: TO_DATE },
    Setup { name: "plg_state.to_timestamp", needs: &["plg_state.to_date"], sql: TO_TIMESTAMP },
    Setup { name: "plg_state.json_text", needs: &[], sql: JSON_TEXT },
    Setup { name: "plg_state.anniversary", needs: &[], sql: ANNIVERSARY },
    Setup { name: "plg_state.add_business_days", needs: &[], sql: ADD_BUSINESS_DAYS },
    Setup {
        name: "plg_state.add_business_days_local",
        needs: &["plg_state.add_business_days"],
        sql: ADD_BUSINESS_DAYS_LOCAL,
    },
];

/// FNV-1a of 32 bits, of the text's UTF-8.
const FNV32A: &str = "CREATE OR REPLACE MACRO plg_state.fnv32a(x) AS LIST_REDUCE(
  LIST_TRANSFORM(
    RANGE(0, OCTET_LENGTH(ENCODE(x))),
    lambda i: CAST('0x' || SUBSTR(HEX(ENCODE(x)), 2 * i + 1, 2) AS BIGINT)
  ),
  lambda h, byte: (XOR(h, byte) * 16777619) % 4294967296,
  CAST(2166136261 AS BIGINT)
)";

/// GrowthBook's hash of version 2, in ten-thousandths.
const GROWTHBOOK: &str = "CREATE OR REPLACE MACRO plg_state.growthbook(seed, value) AS
  plg_state.fnv32a(CAST(plg_state.fnv32a(seed || value) AS VARCHAR)) % 10000";

/// Where LaunchDarkly puts a key, in ten-thousandths: the first 60 bits of the SHA-1 as a share of the greatest number that they can be.
const LAUNCHDARKLY: &str = "CREATE OR REPLACE MACRO plg_state.launchdarkly(salt, key) AS
  CASE WHEN salt || key IS NOT NULL THEN CAST(LEAST(
    9999,
    CAST(CAST('0x' || SUBSTR(SHA1(salt || '.' || key), 1, 15) AS BIGINT) AS HUGEINT) * 10000 // 1152921504606846975
  ) AS BIGINT) END";

const SUBSTRING: &str = "CREATE OR REPLACE MACRO plg_state.substring(x, place, n) AS
  CASE WHEN CAST(n AS BIGINT) IS NOT NULL
    THEN SUBSTRING(x, CASE WHEN place < 1 THEN 1 ELSE place END, GREATEST(CAST(n AS BIGINT) + LEAST(place - 1, 0), 0))
  END";

const SPLIT_PART: &str = "CREATE OR REPLACE MACRO plg_state.split_part(x, separator, n) AS CASE
  WHEN n = 0 THEN NULL
  WHEN separator = '' THEN CASE WHEN n IN (1, -1) THEN x ELSE LEFT(x, 0) END
  ELSE SPLIT_PART(x, separator, n)
END";

/// Fifteen digits count, as they are exact in decimal; a greater number has no fraction.
const ROUND: &str = "CREATE OR REPLACE MACRO plg_state.round(x, n) AS CASE
  WHEN ABS(x) < 1e15 THEN CAST(ROUND(CAST(FORMAT('{:.15g}', x) AS DECIMAL(38, 18)), n) AS DOUBLE)
  ELSE CAST(FORMAT('{:.15g}', x) AS DOUBLE)
END";

/// The shortest text that reads as the number, with an exponent from 1e15 on.
const FLOAT_TEXT: &str = r"CREATE OR REPLACE MACRO plg_state.float_text(x) AS CASE
  WHEN ABS(x) >= 1e15 AND ABS(x) < 1e16 THEN REGEXP_REPLACE(
    REGEXP_REPLACE(REPLACE(REGEXP_REPLACE(CAST(x AS VARCHAR), '\.0$', ''), '.', ''), '0+$', ''),
    '^(-?[0-9])([0-9]*)$',
    CASE WHEN ABS(x) = 1e15 THEN '\1' ELSE '\1.\2' END
  ) || 'e+15'
  ELSE REGEXP_REPLACE(CAST(x + 0 AS VARCHAR), '\.0$', '')
END";

/// The text without blanks, where it is a number without an exponent.
const NUMBER: &str = r"CREATE OR REPLACE MACRO plg_state.number(x) AS CASE
  WHEN REGEXP_FULL_MATCH(TRIM(x), '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)') THEN TRIM(x)
END";

const TO_INT: &str = "CREATE OR REPLACE MACRO plg_state.to_int(x) AS
  TRY_CAST(CASE WHEN REGEXP_FULL_MATCH(TRIM(x), '[+-]?[0-9]+') THEN TRIM(x) END AS BIGINT)";

/// Null also where the number is too large or too small for a double.
const TO_FLOAT: &str = r"CREATE OR REPLACE MACRO plg_state.to_float(x) AS CASE
  WHEN REGEXP_FULL_MATCH(TRIM(x), '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?')
    AND ISFINITE(TRY_CAST(TRIM(x) AS DOUBLE))
    AND (TRY_CAST(TRIM(x) AS DOUBLE) <> 0 OR NOT REGEXP_MATCHES(TRIM(x), '^[^eE]*[1-9]'))
    THEN TRY_CAST(TRIM(x) AS DOUBLE)
END";

const TO_BOOL: &str = "CREATE OR REPLACE MACRO plg_state.to_bool(x) AS
  CASE x WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END";

const TO_DATE: &str = "CREATE OR REPLACE MACRO plg_state.to_date(x) AS TRY_CAST(
  CASE WHEN REGEXP_FULL_MATCH(TRIM(x), '[0-9]{4}-[0-9]{2}-[0-9]{2}') AND LEFT(TRIM(x), 4) <> '0000' THEN TRIM(x) END
  AS DATE
)";

const TO_TIMESTAMP: &str = r"CREATE OR REPLACE MACRO plg_state.to_timestamp(x) AS CASE
  WHEN REGEXP_FULL_MATCH(
    TRIM(x),
    '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?'
      || '(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?'
  ) THEN CAST(plg_state.to_date(LEFT(TRIM(x), 10)) AS TIMESTAMP)
    + TO_MICROSECONDS(COALESCE(
      TRY_CAST(SUBSTR(TRIM(x), 12, 2) AS BIGINT) * 3600000000
        + TRY_CAST(SUBSTR(TRIM(x), 15, 2) AS BIGINT) * 60000000
        + COALESCE(CAST(NULLIF(REGEXP_EXTRACT(TRIM(x), '^.{16}:([0-9]{2})', 1), '') AS BIGINT), 0) * 1000000
        + CAST(RPAD(LEFT(REGEXP_EXTRACT(TRIM(x), '[.]([0-9]+)', 1), 6), 6, '0') AS BIGINT)
        - COALESCE(
          CAST(NULLIF(REGEXP_EXTRACT(TRIM(x), '^.{16}.*([+-][0-9]{2}):?[0-9]*$', 1), '') AS BIGINT) * 3600000000
            + CAST(
              REGEXP_EXTRACT(TRIM(x), '^.{16}.*([+-])[0-9]{2}:?[0-9]*$', 1)
                || COALESCE(NULLIF(REGEXP_EXTRACT(TRIM(x), '^.{16}.*[+-][0-9]{2}:?([0-9]*)$', 1), ''), '0')
              AS BIGINT
            ) * 60000000,
          0
        ),
      0
    ))
END";

/// Step by step, as a place in an array may count from its end.
const JSON_TEXT: &str = r"CREATE OR REPLACE MACRO plg_state.json_text(x, path) AS CASE
  WHEN JSON_VALID(CAST(x AS VARCHAR)) AND NOT REGEXP_MATCHES(CAST(x AS VARCHAR), '(^|[^\\])(\\\\)*\\u0000')
    THEN JSON_EXTRACT_STRING(
      LIST_REDUCE(
        CAST(path AS VARCHAR[]),
        lambda part, step: CASE
          WHEN JSON_TYPE(part) = 'ARRAY' THEN CASE
            WHEN REGEXP_FULL_MATCH(step, '[0-9]+') THEN CAST(JSON_EXTRACT(part, '$[' || step || ']') AS VARCHAR)
            WHEN REGEXP_FULL_MATCH(step, '-[0-9]+') THEN CAST(JSON_EXTRACT(part, '$[#' || step || ']') AS VARCHAR)
          END
          ELSE CAST(JSON_EXTRACT(part, '/' || REPLACE(REPLACE(step, '~', '~0'), '/', '~1')) AS VARCHAR)
        END,
        CAST(x AS VARCHAR)
      ),
      '$'
    )
END";

/// The last of those that are a multiple of `every` months after `t`, and not after `at`.
const ANNIVERSARY: &str = "CREATE OR REPLACE MACRO plg_state.anniversary(t, every, until) AS (
  SELECT MAX(TO_MONTHS(CAST(n * every AS INTEGER)) + t)
  FROM (
    SELECT GREATEST(
      CAST(FLOOR(
        ((EXTRACT(YEAR FROM until) - EXTRACT(YEAR FROM t)) * 12 + EXTRACT(MONTH FROM until) - EXTRACT(MONTH FROM t)) / every
      ) AS BIGINT) - back,
      0
    ) AS n
    FROM RANGE(0, 2) AS backs(back)
  ) AS candidates
  WHERE TO_MONTHS(CAST(n * every AS INTEGER)) + t <= until
)";

/// Weekdays are counted from Monday, 1970-01-05, on; each day off that is passed moves the end by one.
const ADD_BUSINESS_DAYS: &str = "CREATE OR REPLACE MACRO plg_state.add_business_days(x, n, off) AS CASE n
  WHEN 0 THEN x
  ELSE LIST_TRANSFORM(
    [LIST_REDUCE(
      LIST_TRANSFORM(
        LIST_SORT(LIST_TRANSFORM(
          LIST_FILTER(
            LIST_DISTINCT(LIST_TRANSFORM(
              LIST_FILTER(STRING_SPLIT(off, ','), lambda d: d <> ''),
              lambda d: CAST(d AS DATE) - DATE '1970-01-05'
            )),
            lambda i: i - FLOOR(i / 7) * 7 < 5 AND (i - (x - DATE '1970-01-05')) * SIGN(n) > 0
          ),
          lambda i: CAST((FLOOR(i / 7) * 5 + i - FLOOR(i / 7) * 7) * SIGN(n) AS BIGINT)
        )),
        lambda i: i * SIGN(n)
      ),
      lambda place, freed: CASE WHEN (freed - place) * SIGN(n) > 0 THEN place ELSE place + SIGN(n) END,
      CAST(FLOOR((x - DATE '1970-01-05') / 7) * 5 + LEAST(
        (x - DATE '1970-01-05') - FLOOR((x - DATE '1970-01-05') / 7) * 7,
        CASE WHEN n > 0 THEN 4 ELSE 5 END
      ) + n AS BIGINT)
    )],
    lambda place: DATE '1970-01-05' + CAST(place + FLOOR(place / 5) * 2 AS INTEGER)
  )[1]
END";

const ADD_BUSINESS_DAYS_LOCAL: &str =
    "CREATE OR REPLACE MACRO plg_state.add_business_days_local(x, n, off, zone) AS CASE n
  WHEN 0 THEN x
  ELSE (
    plg_state.add_business_days(CAST(x AT TIME ZONE 'UTC' AT TIME ZONE zone AS DATE), n, off)
      + (x AT TIME ZONE 'UTC' AT TIME ZONE zone - DATE_TRUNC('day', x AT TIME ZONE 'UTC' AT TIME ZONE zone))
  ) AT TIME ZONE zone AT TIME ZONE 'UTC'
END";
