//! Takes relations and a dialect, gives text that a data engineer would commit.
