//! What this process has needed of the machine.

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

/// Resident memory in MiB (`VmRSS`); not a number where there is no `/proc`.
pub(crate) fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    kib.map_or(f64::NAN, |kib| kib / 1024.0)
}

/// Processor time of this process so far, user and system, in microseconds; not a number where there is no `/proc`.
pub(crate) fn cpu_us() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in parentheses, may hold anything; utime and stime are fields 14 and 15.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = |field: usize| after.split_whitespace().nth(field - 3).and_then(|ticks| ticks.parse::<f64>().ok());
    // A tick is a hundredth of a second on every Linux there is.
    ticks(14).zip(ticks(15)).map_or(f64::NAN, |(user, system)| (user + system) * 10_000.0)
}
