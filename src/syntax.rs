//! Takes the text of a file and gives its [`ast::File`]. Total: every input has a tree, and what is broken in it
//! has been pushed as a mistake.

pub mod ast;
