import CanaryAgent

/// What the manual page says beside what the argument parser knows.
enum ManualNotes {
    static let description = [
        """
        Haldane watches the telemetry of a stable and a canary version, compares errors and latency with statistics that stay honest \
        however often one looks, and promotes or rolls back by rewriting the weights of an Istio VirtualService or a Gateway API \
        HTTPRoute: in a file, in a Git work tree, or in a cluster.
        """,
        """
        Results go to standard output, talk to standard error. Each command takes --output json and then prints one JSON object with \
        a schema, and --help. Each run keeps a journal, from which every verdict can be recomputed, explained and reported.
        """,
    ]

    static let exitCodes = [
        ("0", "Healthy, promoted, or done."),
        ("1", "Undecided, held or stopped."),
        ("2", "Degraded or rolled back; of replay: some verdicts differ."),
        ("3", "Could not tell, or refused before anything was written."),
        ("64", "Usage, or an invalid spec or input."),
        (
            "130, 143",
            "Interrupted by SIGINT, terminated by SIGTERM; weights stay as they are unless --on-interrupt says otherwise."
        ),
    ]

    static let environment = [
        (
            JournalHome.variable,
            "The folder with the folders of journals, where --journals is not given; \(JournalHome.standard) in the working folder otherwise."
        ),
        (
            Retention.ageVariable,
            "How long run, retry and history --prune keep journals, where --keep is not given; 180d otherwise; forever keeps all."
        ),
        (
            Retention.sizeVariable,
            "How much room the journals of one canary may take, where --keep-size is not given; 1GiB otherwise; forever is no limit."
        ),
        ("HALDANE_PING", "The address that check calls before and after, where --ping is not given."),
        (
            "KUBECONFIG",
            "The kubeconfig files, where --kubeconfig is not given; ~/.kube/config otherwise, then the pod's own account."
        ),
        ("NO_COLOR", "If it is not empty, nothing is coloured. TERM=dumb does the same."),
        ("CLICOLOR_FORCE", "If it is neither empty nor 0, output is coloured where there is no terminal, too."),
        (
            "LC_ALL, LC_CTYPE, LANG",
            "Symbols beyond ASCII are written if the first of them that is set names UTF-8, or none is set."
        ),
    ]

    static let files = [
        ("canary.yaml", "A spec. haldane init writes one; haldane schema prints its JSON Schema for editors."),
        (
            ".haldane/NAMESPACE-NAME/",
            "The journals of a canary's runs, one file a run, and the lock of the run that is at work."
        ),
        (".haldane/NAMESPACE-NAME/past/", "The journals of judgements of its past."),
        (
            ".haldane/NAMESPACE-NAME/RUN.journal.zst",
            "A journal: JSON Lines in frames of zstd; zstd -dc prints it. A journal whose last write was cut off is still good."
        ),
        (
            ".haldane/NAMESPACE-NAME/history.index",
            "What haldane history knows of finished runs, so that it need not read their journals again. It may be deleted."
        ),
        (".haldane/check/", "What haldane check remembers between invocations."),
    ]

    static let examples: [(what: String, lines: [String])] = [
        ("A whole rollout against a simulated mesh:", ["haldane demo --scenario slow-tail"]),
        (
            "A spec for a route, checked, planned, rehearsed and run:",
            [
                "haldane init deploy/reviews-vs.yaml > canary.yaml", "haldane validate canary.yaml --connect",
                "haldane plan canary.yaml", "haldane run canary.yaml --dry-run", "haldane run canary.yaml",
            ]
        ),
        (
            "What happened last night, and why:",
            [
                "haldane history --since 1d", "haldane explain run-20261123T130324",
                "haldane report reviews -o report.html",
            ]
        ),
        ("From cron:", ["*/5 * * * * haldane check /etc/haldane/canary.yaml --cron"]),
    ]
}
