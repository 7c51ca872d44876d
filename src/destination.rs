//! One system per file: SPEC (objects, fields, modes, limits: data) and push.
