//! `facepay completions` and `facepay man`.

use super::{run, stdout};

#[test]
fn every_command_is_completed_and_has_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let help = stdout(&run(folder.path(), &["--help"]));
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: Vec<&str> = listed
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .filter(|word| *word != "help")
        .collect();
    assert!(commands.len() > 15, "{commands:?}");
    for shell in ["bash", "zsh", "fish"] {
        let script = stdout(&run(folder.path(), &["completions", shell]));
        for command in &commands {
            assert!(script.contains(command), "{shell} does not complete {command}");
        }
    }
    assert!(stdout(&run(folder.path(), &["man"])).contains(".TH facepay"));
    assert!(run(folder.path(), &["man", "--out", "pages"]).status.success());
    for command in &commands {
        assert!(folder.path().join(format!("pages/facepay-{command}.1")).is_file(), "{command}");
    }
}
