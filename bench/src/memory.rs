//! How much memory this process has needed.

/// Forgets the highest use of memory so far, so that it counts from now. Without effect where the kernel does not allow it.
pub(crate) fn forget_peak() {
    // `5` resets VmHWM; see proc_pid_clear_refs(5).
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Highest resident memory in MiB (`VmHWM`); not a number where there is no `/proc`.
pub(crate) fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    kib.map_or(f64::NAN, |kib| kib / 1024.0)
}
