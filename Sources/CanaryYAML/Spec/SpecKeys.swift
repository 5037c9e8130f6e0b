/// The keys of a spec, section by section: the decoder refuses others, and the schema lists the same ones.
package enum SpecKeys {
    package struct Section: Sendable {
        /// In the order they are usually written.
        package var known: [String]
        /// Part of the format, but not of this version.
        package var later: [String] = []
    }

    package static let root = Section(known: ["apiVersion", "kind", "metadata", "spec"])
    package static let metadata = Section(known: ["name", "namespace", "labels", "annotations"])
    package static let spec = Section(
        known: ["route", "telemetry", "objectives", "steps", "pace", "guards", "notify", "policy"]
    )
    package static let route = Section(
        known: [
            "virtualService", "httpRoute", "grpcRoute", "file", "commit", "settle", "rule", "accept", "stable",
            "canary",
        ]
    )
    package static let settle = Section(known: ["file", "repository", "push", "branch"])
    package static let rule = Section(known: ["name", "index", "list"])
    package static let destination = Section(known: ["host", "subset", "workload", "revision"])
    package static let telemetry = Section(
        known: ["profile", "scrape", "prometheus", "reporter", "match", "comparable"]
    )
    package static let prometheus = Section(
        known: [
            "url", "headers", "username", "password", "passwordFile", "token", "tokenFile", "caFile", "certFile",
            "keyFile",
            "insecureSkipVerify", "podLabel", "delay", "timeout", "queries",
        ]
    )
    package static let scrape = Section(
        known: ["targets", "pods", "caFile", "certFile", "keyFile", "tokenFile", "insecureSkipVerify", "timeout"]
    )
    package static let pods = Section(known: ["port", "path", "via", "selector", "namespace"])
    package static let objectives = Section(known: ["errors", "latency", "metrics", "service"])
    package static let errors = Section(known: ["tolerance", "ratio", "budget", "budgetRatio"])
    package static let latency = Section(known: ["tolerance", "budget"])
    package static let metric = Section(known: ["query", "tolerance"])
    package static let service = Section(known: ["success", "period"])
    package static let pace = Section(known: ["interval", "history", "settle", "warmup", "deadline", "bake"])
    package static let guards = Section(
        known: [
            "falseRollback", "falsePromotion", "absolute", "onDeadline", "onTelemetryLost", "onCanarySilent",
            "onJournalLost", "onOrphan",
        ]
    )
    package static let absolute = Section(known: ["errors"])
    package static let notify = Section(known: ["profile", "webhook", "template", "on"])
    package static let policy = Section(known: ["windows", "maxConcurrent", "freeze", "brakes", "objective"])
    package static let window = Section(known: ["days", "from", "to", "timeZone"])
    package static let freeze = Section(known: ["reason", "until", "by"])
    package static let brakes = Section(known: ["rollbacks", "within"])
    package static let stableObjective = Section(known: ["success", "burnRate", "over"])

    /// Every section by its path relative to the object.
    package static let sections: [String: Section] = [
        "": root, "metadata": metadata, "spec": spec, "spec.route": route, "spec.route.rule": rule,
        "spec.route.settle": settle,
        "spec.route.stable": destination, "spec.route.canary": destination, "spec.telemetry": telemetry,
        "spec.telemetry.scrape": scrape, "spec.telemetry.scrape.pods": pods,
        "spec.telemetry.prometheus": prometheus, "spec.objectives": objectives, "spec.objectives.metrics[]": metric,
        "spec.objectives.service": service,
        "spec.objectives.errors": errors,
        "spec.objectives.latency": latency, "spec.pace": pace, "spec.guards": guards,
        "spec.guards.absolute": absolute, "spec.notify[]": notify, "spec.policy": policy,
        "spec.policy.windows[]": window, "spec.policy.freeze": freeze, "spec.policy.brakes": brakes,
        "spec.policy.objective": stableObjective,
    ]
}
