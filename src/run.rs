//! Lock, build, fold, diff, deliver, resume: decides purely, acts thinly.
