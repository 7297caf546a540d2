//! What cannot be had of the course.

use ::course::{NoInterpreter, NoPython, NotBuilt};

use crate::{Language, system};

/// Why a program is not built.
pub fn not_built(language: Language, why: &NotBuilt) -> String {
    use NotBuilt::{Cargo, DoesNotBuild, NoProgram, Several};
    let chinese = match why {
        Cargo(command, error) => format!("无法启动 {command}：{}", system(language, error)),
        DoesNotBuild => "编译没有成功，原因见上文".to_string(),
        NoProgram(name) => format!("{name} 里没有程序"),
        Several(folder, several) => format!(
            "{} 里有 {several} 个程序：请给出其中一个的路径，它在文件夹 target/debug 里",
            folder.display()
        ),
    };
    language.choose(why.to_string(), chinese)
}

/// That there is no Python.
pub fn no_python(language: Language, why: &NoPython) -> String {
    let chinese = match &why.why {
        NoInterpreter::DoesNotStart(error) => system(language, error),
        NoInterpreter::Says(text) => format!("它的输出是：{text}"),
    };
    let command = why.command;
    language.choose(
        why.to_string(),
        format!("需要 Python：请安装 {command}（3.9 或更高版本）。{chinese}"),
    )
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::PathBuf;

    use super::*;
    use crate::test::speaks_english;

    #[test]
    fn what_cannot_be_had_is_said_in_both_languages() {
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        let name = || "a".to_string();
        let builds = [
            NotBuilt::Cargo(name(), denied()),
            NotBuilt::DoesNotBuild,
            NotBuilt::NoProgram(name()),
            NotBuilt::Several(PathBuf::from("a"), 2),
        ];
        let interpreters = [NoInterpreter::DoesNotStart(denied()), NoInterpreter::Says(name())];
        let said = |language| -> Vec<String> {
            let builds = builds.iter().map(|why| not_built(language, why));
            let pythons = interpreters.iter().map(|why| {
                let why = match why {
                    NoInterpreter::DoesNotStart(_) => NoInterpreter::DoesNotStart(denied()),
                    NoInterpreter::Says(text) => NoInterpreter::Says(text.clone()),
                };
                no_python(language, &NoPython { command: "python3", why })
            });
            builds.chain(pythons).collect()
        };
        for (english, chinese) in said(Language::En).iter().zip(said(Language::Zh)) {
            assert!(english.is_ascii(), "{english}");
            assert!(!chinese.is_ascii() && !speaks_english(&chinese), "{chinese}");
        }
    }
}
