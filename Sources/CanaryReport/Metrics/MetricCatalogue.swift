/// All metrics of Haldane: the table behind `/metrics`, the dashboard, the alert rules and their reference.
package enum MetricCatalogue {
    // MARK: The program

    static let build = MetricFamily(
        "haldane_build",
        .info,
        labels: ["version"],
        "The version of the program."
    )
    static let pageRequests = MetricFamily(
        "haldane_page_requests",
        .counter,
        labels: ["code"],
        "Requests to the status page by HTTP status."
    )
    static let pageStreams = MetricFamily(
        "haldane_page_streams",
        .gauge,
        "Browsers that follow the status page live at the moment."
    )

    // MARK: The run

    static let run = MetricFamily(
        "haldane_run",
        .info,
        labels: ["namespace", "canary", "run", "route", "stable_version", "canary_version"],
        "The run in hand, its route, and the names of its two versions."
    )
    static let start = MetricFamily(
        "haldane_run_start_time_seconds",
        .gauge,
        unit: "seconds",
        labels: own(),
        "When the run began, in seconds since 1970."
    )
    static let interval = MetricFamily(
        "haldane_run_interval_seconds",
        .gauge,
        unit: "seconds",
        labels: own(),
        "The time between two rounds of telemetry, as the spec has it."
    )
    static let phase = MetricFamily(
        "haldane_run_phase",
        .gauge,
        labels: own("phase"),
        "1 for the phase the run is in, 0 for the others."
    )
    static let step = MetricFamily(
        "haldane_run_step",
        .gauge,
        labels: own(),
        "The step in force, from 1; 0 before the first."
    )
    static let steps = MetricFamily(
        "haldane_run_steps",
        .gauge,
        labels: own(),
        "How many steps the spec has."
    )
    static let outcome = MetricFamily(
        "haldane_run_outcome",
        .gauge,
        labels: own("outcome", "detail"),
        "1 for how the run ended, 0 for the other ways; all 0 while it goes on."
    )
    static let paused = MetricFamily(
        "haldane_run_paused",
        .gauge,
        labels: own(),
        "Whether an operator has paused the run (1): nothing is promoted, a regression is rolled back."
    )
    static let contested = MetricFamily(
        "haldane_run_contested",
        .gauge,
        labels: own(),
        "Whether somebody else's weights are in force (1)."
    )
    static let journal = MetricFamily(
        "haldane_run_journal_writable",
        .gauge,
        labels: own(),
        "Whether the journal can be written (1); without it nothing is promoted."
    )

    // MARK: Traffic

    static let weight = MetricFamily(
        "haldane_run_weight_ratio",
        .gauge,
        unit: "ratio",
        labels: own("version", "kind"),
        "A version's share of the traffic, 0 to 1: intended as the route has it, observed in requests since the step settled."
    )
    static let requests = MetricFamily(
        "haldane_run_requests",
        .counter,
        labels: own("version"),
        "Requests of a version since the run began, restarts of the process included."
    )
    static let failures = MetricFamily(
        "haldane_run_request_failures",
        .counter,
        labels: own("version"),
        "Failed requests of a version since the run began, restarts of the process included."
    )
    static let pods = MetricFamily(
        "haldane_run_pods",
        .gauge,
        labels: own("version", "state"),
        "Pods of a version, ready and total; absent where they are not known."
    )

    // MARK: Evidence

    static let evidence = MetricFamily(
        "haldane_run_evidence_ratio",
        .gauge,
        unit: "ratio",
        labels: own("objective", "kind"),
        "Log evidence of harm, or of safety at this step's margin, over what proves it; 1 is the threshold."
    )
    static let share = MetricFamily(
        "haldane_run_event_ratio",
        .gauge,
        unit: "ratio",
        labels: own("objective", "version"),
        "The share of an objective's bad requests since the first step, 0 to 1: failed, or slower than a bucket's bound."
    )
    static let difference = MetricFamily(
        "haldane_run_error_difference_ratio",
        .gauge,
        unit: "ratio",
        labels: own("bound"),
        "Between these bounds lies canary's failed share less stable's, 95 % whenever one looks; 0.01 is one percentage point."
    )
    static let missing = MetricFamily(
        "haldane_run_missing_requests",
        .gauge,
        labels: own(),
        "Canary requests that are probably still missing for this step; absent where that is not why it waits."
    )
    static let verdicts = MetricFamily(
        "haldane_run_verdicts",
        .counter,
        labels: own("verdict"),
        "Verdicts of this process."
    )

    // MARK: Data quality

    static let windows = MetricFamily(
        "haldane_run_windows",
        .counter,
        labels: own(),
        "Rounds of telemetry of this process, usable or not."
    )
    static let unusable = MetricFamily(
        "haldane_run_windows_unusable",
        .counter,
        labels: own("reason"),
        "Rounds that could not be judged, by reason."
    )
    static let lastWindow = MetricFamily(
        "haldane_run_last_window_timestamp_seconds",
        .gauge,
        unit: "seconds",
        labels: own(),
        "When the last round ended by this machine's clock, in seconds since 1970; the start of the process before it."
    )
    static let lastUsable = MetricFamily(
        "haldane_run_last_usable_window_timestamp_seconds",
        .gauge,
        unit: "seconds",
        labels: own(),
        "When the last round that could be judged ended by this machine's clock; the start of the process before it."
    )
    static let faults = MetricFamily(
        "haldane_run_target_faults",
        .counter,
        labels: own("version", "reason"),
        "Targets that gave no counts in a round, by reason."
    )
    static let restarts = MetricFamily(
        "haldane_run_process_restarts",
        .counter,
        labels: own(),
        "Pods whose counters went back to zero: restarted processes."
    )

    // MARK: Acts

    static let writes = MetricFamily(
        "haldane_run_route_writes",
        .counter,
        labels: own("purpose", "result"),
        "Writes to the route asked for by this process, by purpose and how they ended."
    )
    static let notices = MetricFamily(
        "haldane_run_notices",
        .counter,
        labels: own("urgency"),
        "What people were told by this process, by urgency."
    )
    static let rollback = MetricFamily(
        "haldane_run_rollback_duration_seconds",
        .gauge,
        unit: "seconds",
        labels: own(),
        "How long the rollback has taken, from the decision to the proof that nothing reaches the canary; absent without one."
    )

    // MARK: The process

    static let processStart = MetricFamily(
        "process_start_time_seconds",
        .gauge,
        unit: "seconds",
        "When the process was started, in seconds since 1970."
    )
    static let processCPU = MetricFamily(
        "process_cpu_seconds",
        .counter,
        unit: "seconds",
        "Processor time of the process, user and system."
    )
    static let processResident = MetricFamily(
        "process_resident_memory_bytes",
        .gauge,
        unit: "bytes",
        "Resident memory of the process."
    )
    static let processVirtual = MetricFamily(
        "process_virtual_memory_bytes",
        .gauge,
        unit: "bytes",
        "Virtual memory of the process."
    )
    static let processOpenFiles = MetricFamily(
        "process_open_fds",
        .gauge,
        "Open file descriptors of the process."
    )
    static let processMostFiles = MetricFamily(
        "process_max_fds",
        .gauge,
        "The most file descriptors that the process may open."
    )

    /// What `/metrics` of a process shows, in order.
    package static let page: [MetricFamily] =
        [build, run, start, interval, phase, step, steps, outcome, paused, contested, journal]
        + [weight, requests, failures, pods, evidence, share, difference, missing, verdicts]
        + [windows, unusable, lastWindow, lastUsable, faults, restarts, writes, notices, rollback]
        + [pageRequests, pageStreams]
        + [processStart, processCPU, processResident, processVirtual, processOpenFiles, processMostFiles]

    private static func own(_ labels: String...) -> [String] { ["namespace", "canary"] + labels }
}
