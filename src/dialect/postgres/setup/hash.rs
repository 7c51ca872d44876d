//! The hashes of other systems, for which PostgreSQL has no function without an extension: FNV-1a and SHA-1, written out. Each
//! takes texts and gives what the function of `crate::functions` promises.

/// FNV-1a of 32 bits, of the text's UTF-8.
pub const FNV32A: &str = "CREATE OR REPLACE FUNCTION plg_state.fnv32a(x text) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  bytes bytea := CONVERT_TO(x, 'UTF8');
  h bigint := 2166136261;
BEGIN
  FOR i IN 0 .. LENGTH(bytes) - 1 LOOP
    h := ((h # GET_BYTE(bytes, i)) * 16777619) & 4294967295;
  END LOOP;
  RETURN h;
END
$$";

/// GrowthBook's hash of version 2, in ten-thousandths.
pub const GROWTHBOOK: &str = "CREATE OR REPLACE FUNCTION plg_state.growthbook(seed text, value text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT plg_state.fnv32a(CAST(plg_state.fnv32a(seed || value) AS TEXT)) % 10000
$$";

/// The first 16 hexadecimal digits of the SHA-1 of the text's UTF-8.
pub const SHA1_START: &str = r"CREATE OR REPLACE FUNCTION plg_state.sha1_start(x text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  m bytea := CONVERT_TO(x, 'UTF8');
  n bigint := LENGTH(m);
  w bigint[];
  h0 bigint := 1732584193;
  h1 bigint := 4023233417;
  h2 bigint := 2562383102;
  h3 bigint := 271733878;
  h4 bigint := 3285377520;
  a bigint;
  b bigint;
  c bigint;
  d bigint;
  e bigint;
  f bigint;
  v bigint;
BEGIN
  m := m || DECODE('80' || REPEAT('00', CAST((119 - n % 64) % 64 AS INTEGER)), 'hex') || INT8SEND(n * 8);
  FOR block IN 0 .. LENGTH(m) / 64 - 1 LOOP
    FOR t IN 0 .. 15 LOOP
      v := block * 64 + t * 4;
      w[t] := (CAST(GET_BYTE(m, CAST(v AS INTEGER)) AS BIGINT) << 24) | (GET_BYTE(m, CAST(v + 1 AS INTEGER)) << 16)
        | (GET_BYTE(m, CAST(v + 2 AS INTEGER)) << 8) | GET_BYTE(m, CAST(v + 3 AS INTEGER));
    END LOOP;
    FOR t IN 16 .. 79 LOOP
      v := w[t - 3] # w[t - 8] # w[t - 14] # w[t - 16];
      w[t] := ((v << 1) & 4294967295) | (v >> 31);
    END LOOP;
    a := h0;
    b := h1;
    c := h2;
    d := h3;
    e := h4;
    FOR t IN 0 .. 79 LOOP
      IF t < 20 THEN
        f := ((b & c) | ((b # 4294967295) & d)) + 1518500249;
      ELSIF t < 40 THEN
        f := (b # c # d) + 1859775393;
      ELSIF t < 60 THEN
        f := ((b & c) | (b & d) | (c & d)) + 2400959708;
      ELSE
        f := (b # c # d) + 3395469782;
      END IF;
      v := ((((a << 5) & 4294967295) | (a >> 27)) + f + e + w[t]) & 4294967295;
      e := d;
      d := c;
      c := ((b << 30) & 4294967295) | (b >> 2);
      b := a;
      a := v;
    END LOOP;
    h0 := (h0 + a) & 4294967295;
    h1 := (h1 + b) & 4294967295;
    h2 := (h2 + c) & 4294967295;
    h3 := (h3 + d) & 4294967295;
    h4 := (h4 + e) & 4294967295;
  END LOOP;
  RETURN LPAD(TO_HEX(h0), 8, '0') || LPAD(TO_HEX(h1), 8, '0');
END
$$";

/// Where LaunchDarkly puts a key, in ten-thousandths: the first 60 bits of the SHA-1 as a share of the greatest number that they can be.
pub const LAUNCHDARKLY: &str = "CREATE OR REPLACE FUNCTION plg_state.launchdarkly(salt text, key text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CAST(LEAST(9999, DIV(
    CAST(CAST(CAST('x' || SUBSTR(plg_state.sha1_start(salt || '.' || key), 1, 15) AS BIT(60)) AS BIGINT) AS NUMERIC) * 10000,
    1152921504606846975
  )) AS BIGINT)
$$";
