//! The process that runs one isolated plugin. The appliance starts it; by hand it ends at once.

fn main() -> std::process::ExitCode {
    plugin_host::worker_main()
}
