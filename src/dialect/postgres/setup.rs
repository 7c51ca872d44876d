//! The functions that PostgreSQL cannot spell in an expression, as statements that are safe to repeat. Each is
//! immutable, and each does what the function of `crate::functions` promises, alike on every engine.

mod hash;

use super::super::Setup;

/// All of them; what one needs stands before it.
pub const ALL: &[Setup] = &[
    Setup { name: "plg_state.fnv32a", needs: &[], sql: hash::FNV32A },
    Setup { name: "plg_state.growthbook", needs: &["plg_state.fnv32a"], sql: hash::GROWTHBOOK },
    Setup { name: "plg_state.sha1_start", needs: &[], sql: hash::SHA1_START },
    Setup { name: "plg_state.launchdarkly", needs: &["plg_state.sha1_start"], sql: hash::LAUNCHDARKLY },
    Setup { name: "plg_state.lower", needs: &[], sql: LOWER },
    Setup { name: "plg_state.upper", needs: &[], sql: UPPER },
    Setup { name: "plg_state.substring", needs: &[], sql: SUBSTRING },
    Setup { name: "plg_state.left", needs: &[], sql: LEFT },
    Setup { name: "plg_state.right", needs: &[], sql: RIGHT },
    Setup { name: "plg_state.to_int", needs: &[], sql: TO_INT },
    Setup { name: "plg_state.to_float", needs: &[], sql: TO_FLOAT },
    Setup { name: "plg_state.to_decimal", needs: &[], sql: TO_DECIMAL },
    Setup { name: "plg_state.to_bool", needs: &[], sql: TO_BOOL },
    Setup { name: "plg_state.to_date", needs: &[], sql: TO_DATE },
    Setup { name: "plg_state.to_timestamp", needs: &["plg_state.to_date"], sql: TO_TIMESTAMP },
    Setup { name: "plg_state.json_text", needs: &[], sql: JSON_TEXT },
    Setup { name: "plg_state.anniversary", needs: &[], sql: ANNIVERSARY },
    Setup { name: "plg_state.anniversary", needs: &[], sql: ANNIVERSARY_OF_DATE },
    Setup { name: "plg_state.add_business_days", needs: &[], sql: ADD_BUSINESS_DAYS_TO_DATE },
    Setup { name: "plg_state.add_business_days", needs: &[], sql: ADD_BUSINESS_DAYS },
];

const LOWER: &str = r#"CREATE OR REPLACE FUNCTION plg_state.lower(x text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT LOWER(x COLLATE "und-x-icu")
$$"#;

const UPPER: &str = r#"CREATE OR REPLACE FUNCTION plg_state.upper(x text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT UPPER(x COLLATE "und-x-icu")
$$"#;

const SUBSTRING: &str =
    "CREATE OR REPLACE FUNCTION plg_state.substring(x text, place bigint, n bigint DEFAULT 2147483647)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT SUBSTR(
    x,
    CAST(LEAST(GREATEST(place, 1), 2147483647) AS INTEGER),
    CAST(LEAST(GREATEST(n + LEAST(place - 1, 0), 0), 2147483647 - LEAST(GREATEST(place, 1), 2147483647)) AS INTEGER)
  )
$$";

const LEFT: &str = "CREATE OR REPLACE FUNCTION plg_state.left(x text, n bigint) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT LEFT(x, CAST(LEAST(GREATEST(n, 0), 2147483647) AS INTEGER))
$$";

const RIGHT: &str = "CREATE OR REPLACE FUNCTION plg_state.right(x text, n bigint) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT RIGHT(x, CAST(LEAST(GREATEST(n, 0), 2147483647) AS INTEGER))
$$";

const TO_INT: &str = r"CREATE OR REPLACE FUNCTION plg_state.to_int(x text) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  t text := BTRIM(x, ' ');
BEGIN
  IF t !~ '^[+-]?[0-9]+$' THEN
    RETURN NULL;
  ELSIF LENGTH(t) < 19 THEN
    RETURN CAST(t AS BIGINT);
  ELSIF CAST(t AS NUMERIC) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN
    RETURN CAST(t AS BIGINT);
  END IF;
  RETURN NULL;
END
$$";

const TO_BOOL: &str = "CREATE OR REPLACE FUNCTION plg_state.to_bool(x text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE x WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END
$$";

const TO_FLOAT: &str = r"CREATE OR REPLACE FUNCTION plg_state.to_float(x text) RETURNS double precision
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF BTRIM(x, ' ') ~ '^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?$' THEN
    RETURN CAST(BTRIM(x, ' ') AS DOUBLE PRECISION);
  END IF;
  RETURN NULL;
EXCEPTION WHEN numeric_value_out_of_range THEN
  RETURN NULL;
END
$$";

const TO_DECIMAL: &str = r"CREATE OR REPLACE FUNCTION plg_state.to_decimal(x text, p integer, s integer) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  t text := BTRIM(x, ' ');
  result numeric;
BEGIN
  IF t ~ '^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)$' THEN
    result := ROUND(CAST(t AS NUMERIC), s);
    IF ABS(result) < POWER(CAST(10 AS NUMERIC), p - s) THEN
      RETURN result;
    END IF;
  END IF;
  RETURN NULL;
END
$$";

const TO_DATE: &str = r"CREATE OR REPLACE FUNCTION plg_state.to_date(x text) RETURNS date
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  part text[] := REGEXP_MATCH(BTRIM(x, ' '), '^([0-9]{4})-(0[1-9]|1[0-2])-([0-9]{2})$');
  first date;
BEGIN
  IF part IS NULL OR part[1] = '0000' THEN
    RETURN NULL;
  END IF;
  first := MAKE_DATE(CAST(part[1] AS INTEGER), CAST(part[2] AS INTEGER), 1);
  IF CAST(part[3] AS INTEGER) BETWEEN 1 AND EXTRACT(DAY FROM first + INTERVAL '1 month' - INTERVAL '1 day') THEN
    RETURN first + (CAST(part[3] AS INTEGER) - 1);
  END IF;
  RETURN NULL;
END
$$";

const TO_TIMESTAMP: &str = r"CREATE OR REPLACE FUNCTION plg_state.to_timestamp(x text) RETURNS timestamp
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  part text[] := REGEXP_MATCH(
    BTRIM(x, ' '),
    '^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.]([0-9]{1,9}))?)?'
      || '(Z|([+-])([0-9]{2}):?([0-9]{2})?)?)?$'
  );
  clock interval;
BEGIN
  IF part IS NULL OR part[2] >= '24' OR part[3] >= '60' OR part[4] >= '60' OR part[8] >= '16' OR part[9] >= '60' THEN
    RETURN NULL;
  END IF;
  clock := MAKE_INTERVAL(
    hours => CAST(COALESCE(part[2], '0') AS INTEGER),
    mins => CAST(COALESCE(part[3], '0') AS INTEGER)
  ) + CAST(COALESCE(part[4], '0') || '.' || LEFT(COALESCE(part[5], '0'), 6) || ' seconds' AS INTERVAL);
  IF part[7] IS NOT NULL THEN
    clock := clock - MAKE_INTERVAL(
      hours => CAST(part[7] || part[8] AS INTEGER),
      mins => CAST(part[7] || COALESCE(part[9], '0') AS INTEGER)
    );
  END IF;
  RETURN CAST(plg_state.to_date(part[1]) AS TIMESTAMP) + clock;
END
$$";

const JSON_TEXT: &str = r"CREATE OR REPLACE FUNCTION plg_state.json_text(x text, VARIADIC path text[] DEFAULT '{}') RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN CAST(x AS JSON) #>> path;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
  RETURN NULL;
END
$$";

/// Weekdays are counted from Monday, 1970-01-05, on; each day off that is passed moves the end by one.
const ADD_BUSINESS_DAYS_TO_DATE: &str =
    "CREATE OR REPLACE FUNCTION plg_state.add_business_days(x date, n bigint, off text, zone text DEFAULT 'UTC')
RETURNS date
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  way integer := CAST(SIGN(n) AS INTEGER);
  day integer := x - DATE '1970-01-05';
  place bigint;
  freed bigint;
BEGIN
  IF n = 0 THEN
    RETURN x;
  END IF;
  -- The last weekday at or before the day, the first at or after it where the way is back.
  place := FLOOR(day / 7.0) * 5 + CASE
    WHEN way > 0 THEN LEAST(day - FLOOR(day / 7.0) * 7, 4)
    ELSE LEAST(day - FLOOR(day / 7.0) * 7, 5)
  END + n;
  FOR freed IN
    SELECT FLOOR(i / 7.0) * 5 + i - FLOOR(i / 7.0) * 7
    FROM (
      SELECT DISTINCT CAST(d AS DATE) - DATE '1970-01-05' AS i FROM UNNEST(STRING_TO_ARRAY(off, ',')) AS d
    ) AS days
    WHERE i - FLOOR(i / 7.0) * 7 < 5 AND (i - day) * way > 0
    ORDER BY i * way
  LOOP
    EXIT WHEN (freed - place) * way > 0;
    place := place + way;
  END LOOP;
  RETURN DATE '1970-01-05' + CAST(FLOOR(place / 5.0) * 7 + place - FLOOR(place / 5.0) * 5 AS INTEGER);
END
$$";

const ADD_BUSINESS_DAYS: &str =
    "CREATE OR REPLACE FUNCTION plg_state.add_business_days(x timestamp, n bigint, off text, zone text DEFAULT 'UTC')
RETURNS timestamp
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE n
    WHEN 0 THEN x
    ELSE (plg_state.add_business_days(CAST(here AS DATE), n, off) + (here - CAST(CAST(here AS DATE) AS TIMESTAMP)))
      AT TIME ZONE zone AT TIME ZONE 'UTC'
  END
  FROM (SELECT x AT TIME ZONE 'UTC' AT TIME ZONE zone AS here) AS clock
$$";

const ANNIVERSARY: &str = "CREATE OR REPLACE FUNCTION plg_state.anniversary(t timestamp, every bigint, now timestamp)
RETURNS timestamp
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT MAX(t + n * every * INTERVAL '1 month')
  FROM (
    SELECT GREATEST(
      FLOOR(
        ((EXTRACT(YEAR FROM now) - EXTRACT(YEAR FROM t)) * 12 + EXTRACT(MONTH FROM now) - EXTRACT(MONTH FROM t)) / every
      ) - back,
      0
    ) AS n
    FROM GENERATE_SERIES(0, 1) AS back
  ) AS candidates
  WHERE t + n * every * INTERVAL '1 month' <= now
$$";

const ANNIVERSARY_OF_DATE: &str =
    "CREATE OR REPLACE FUNCTION plg_state.anniversary(t date, every bigint, now timestamp)
RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CAST(plg_state.anniversary(CAST(t AS TIMESTAMP), every, now) AS DATE)
$$";
