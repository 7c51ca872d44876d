//! Takes a text, gives it in the other case: letters whose other case is more than one letter, or another one at a word's end, by Unicode's
//! rules. DuckDB's own functions map each letter to one.

/// Upper case; the letters in the map become several.
pub const UPPER: &str = "CREATE OR REPLACE MACRO plg_state.upper(x) AS CASE
  WHEN REGEXP_MATCHES(x, '[ßŉǰΐΰև\\x{1E96}-\\x{1E9A}\\x{1F50}-\\x{1FFC}\\x{FB00}-\\x{FB17}]')
    THEN ARRAY_TO_STRING(LIST_TRANSFORM(RANGE(1, LENGTH(x) + 1), lambda i: COALESCE(MAP {
    'ß': 'SS', 'ŉ': 'ʼN', 'ǰ': 'J̌', 'ΐ': 'Ϊ́', 'ΰ': 'Ϋ́', 'և': 'ԵՒ', 'ẖ': 'H̱', 'ẗ': 'T̈',
    'ẘ': 'W̊', 'ẙ': 'Y̊', 'ẚ': 'Aʾ', 'ὐ': 'Υ̓', 'ὒ': 'Υ̓̀', 'ὔ': 'Υ̓́', 'ὖ': 'Υ̓͂', 'ᾀ': 'ἈΙ',
    'ᾁ': 'ἉΙ', 'ᾂ': 'ἊΙ', 'ᾃ': 'ἋΙ', 'ᾄ': 'ἌΙ', 'ᾅ': 'ἍΙ', 'ᾆ': 'ἎΙ', 'ᾇ': 'ἏΙ', 'ᾈ': 'ἈΙ', 'ᾉ': 'ἉΙ',
    'ᾊ': 'ἊΙ', 'ᾋ': 'ἋΙ', 'ᾌ': 'ἌΙ', 'ᾍ': 'ἍΙ', 'ᾎ': 'ἎΙ', 'ᾏ': 'ἏΙ', 'ᾐ': 'ἨΙ', 'ᾑ': 'ἩΙ', 'ᾒ': 'ἪΙ',
    'ᾓ': 'ἫΙ', 'ᾔ': 'ἬΙ', 'ᾕ': 'ἭΙ', 'ᾖ': 'ἮΙ', 'ᾗ': 'ἯΙ', 'ᾘ': 'ἨΙ', 'ᾙ': 'ἩΙ', 'ᾚ': 'ἪΙ', 'ᾛ': 'ἫΙ',
    'ᾜ': 'ἬΙ', 'ᾝ': 'ἭΙ', 'ᾞ': 'ἮΙ', 'ᾟ': 'ἯΙ', 'ᾠ': 'ὨΙ', 'ᾡ': 'ὩΙ', 'ᾢ': 'ὪΙ', 'ᾣ': 'ὫΙ', 'ᾤ': 'ὬΙ',
    'ᾥ': 'ὭΙ', 'ᾦ': 'ὮΙ', 'ᾧ': 'ὯΙ', 'ᾨ': 'ὨΙ', 'ᾩ': 'ὩΙ', 'ᾪ': 'ὪΙ', 'ᾫ': 'ὫΙ', 'ᾬ': 'ὬΙ', 'ᾭ': 'ὭΙ',
    'ᾮ': 'ὮΙ', 'ᾯ': 'ὯΙ', 'ᾲ': 'ᾺΙ', 'ᾳ': 'ΑΙ', 'ᾴ': 'ΆΙ', 'ᾶ': 'Α͂', 'ᾷ': 'Α͂Ι', 'ᾼ': 'ΑΙ', 'ῂ': 'ῊΙ',
    'ῃ': 'ΗΙ', 'ῄ': 'ΉΙ', 'ῆ': 'Η͂', 'ῇ': 'Η͂Ι', 'ῌ': 'ΗΙ', 'ῒ': 'Ϊ̀', 'ΐ': 'Ϊ́', 'ῖ': 'Ι͂',
    'ῗ': 'Ϊ͂', 'ῢ': 'Ϋ̀', 'ΰ': 'Ϋ́', 'ῤ': 'Ρ̓', 'ῦ': 'Υ͂', 'ῧ': 'Ϋ͂', 'ῲ': 'ῺΙ', 'ῳ': 'ΩΙ',
    'ῴ': 'ΏΙ', 'ῶ': 'Ω͂', 'ῷ': 'Ω͂Ι', 'ῼ': 'ΩΙ', 'ﬀ': 'FF', 'ﬁ': 'FI', 'ﬂ': 'FL', 'ﬃ': 'FFI',
    'ﬄ': 'FFL', 'ﬅ': 'ST', 'ﬆ': 'ST', 'ﬓ': 'ՄՆ', 'ﬔ': 'ՄԵ', 'ﬕ': 'ՄԻ', 'ﬖ': 'ՎՆ', 'ﬗ': 'ՄԽ'
  }[SUBSTR(x, i, 1)], UPPER(SUBSTR(x, i, 1)))), '')
  ELSE UPPER(x)
END";

/// Lower case. A sigma at the end of a word is another letter: one behind a letter is marked, and marked no more where a letter follows;
/// twice, as two may stand together.
pub const LOWER: &str = "CREATE OR REPLACE MACRO plg_state.lower(x) AS CASE
  WHEN REGEXP_MATCHES(x, '[Σİ]') THEN REPLACE(LOWER(
    REGEXP_REPLACE(REGEXP_REPLACE(
      REGEXP_REPLACE(REGEXP_REPLACE(
        REPLACE(x, 'İ', 'i' || CHR(775)),
        '([\\p{Lu}\\p{Ll}\\p{Lt}][\\p{Mn}\\p{Me}\\p{Cf}\\p{Lm}\\p{Sk}''.:·’]*)Σ', '\\1\u{E000}', 'g'),
        '([\\p{Lu}\\p{Ll}\\p{Lt}\u{E000}][\\p{Mn}\\p{Me}\\p{Cf}\\p{Lm}\\p{Sk}''.:·’]*)Σ', '\\1\u{E000}', 'g'),
      '\u{E000}([\\p{Mn}\\p{Me}\\p{Cf}\\p{Lm}\\p{Sk}''.:·’]*[\\p{Lu}\\p{Ll}\\p{Lt}\u{E000}])', 'Σ\\1', 'g'),
      '\u{E000}([\\p{Mn}\\p{Me}\\p{Cf}\\p{Lm}\\p{Sk}''.:·’]*[\\p{Lu}\\p{Ll}\\p{Lt}\u{E000}])', 'Σ\\1', 'g')
  ), '\u{E000}', 'ς')
  ELSE LOWER(x)
END";
