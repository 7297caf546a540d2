//! What the system says of something that it has not done.

use std::io;

use crate::Language;

/// What the system says. In Chinese what happens often has words of its own; the rest is as the system
/// says it.
pub fn system(language: Language, error: &io::Error) -> String {
    let chinese = system_in_chinese(error.kind()).map(str::to_owned);
    language.choose(None, chinese).unwrap_or_else(|| error.to_string())
}

/// The Chinese words for what happens often.
pub fn system_in_chinese(kind: io::ErrorKind) -> Option<&'static str> {
    use io::ErrorKind::{
        InvalidData, IsADirectory, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem,
        StorageFull,
    };
    Some(match kind {
        NotFound => "没有这个文件或文件夹",
        PermissionDenied => "没有权限",
        IsADirectory => "这是一个文件夹",
        NotADirectory => "路径中有一部分不是文件夹",
        InvalidData => "内容不是 UTF-8 文本",
        StorageFull => "磁盘已满",
        ReadOnlyFilesystem => "文件系统是只读的",
        _ => return None,
    })
}
