import CanaryCore

/// Every value a run would use, with where it came from: what `validate --effective` prints.
package struct EffectiveSpec: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        /// Relative to `spec`, except `metadata.name` and `metadata.namespace`.
        package var path: String
        /// As it would be written in a spec; `-` for a value that is not set. Variables are not expanded.
        package var value: String
        package var origin: SpecOrigin
    }

    /// In the order of the format.
    package var entries: [Entry] = []

    package init(_ decoded: DecodedSpec) {
        let spec = decoded.spec
        func add(_ path: String, _ value: String?) {
            entries.append(Entry(path: path, value: value ?? "-", origin: decoded.origin(path)))
        }
        add("metadata.name", spec.name)
        add("metadata.namespace", spec.namespace)
        add("route.\(spec.route.kind.rawValue)", spec.route.object)
        add("route.file", spec.route.file)
        add("route.commit", String(spec.route.commits))
        if let settle = spec.route.settle {
            add("route.settle.file", settle.file)
            add("route.settle.repository", settle.repository)
            add("route.settle.push", String(settle.pushes))
            add("route.settle.branch", settle.branch)
        } else {
            add("route.settle", nil)
        }
        switch spec.route.rule {
        case .name(let name): add("route.rule.name", name)
        case .index(let index): add("route.rule.index", String(index))
        case nil: add("route.rule", nil)
        }
        add("route.rule.list", spec.route.ruleList?.rawValue)
        let accepted = RouteSpec.Acceptance.allCases.filter(spec.route.accept.contains).map(\.rawValue)
        add("route.accept", "[" + accepted.joined(separator: ", ") + "]")
        for (side, destination) in [("stable", spec.route.stable), ("canary", spec.route.canary)] {
            add("route.\(side).host", destination.host)
            add("route.\(side).subset", destination.subset)
            add("route.\(side).workload", destination.workload)
            add("route.\(side).revision", destination.revision)
        }
        addTelemetry(spec, decoded)
        let errors = spec.objectives.errors
        add("objectives.errors.tolerance", SpecSyntax.renderedPoints(errors.tolerance))
        add("objectives.errors.ratio", SpecSyntax.rendered(errors.ratio))
        add("objectives.errors.budget", SpecSyntax.renderedPoints(errors.budget))
        add("objectives.errors.budgetRatio", SpecSyntax.rendered(errors.budgetRatio))
        add("objectives.latency.tolerance", SpecSyntax.renderedPercent(spec.objectives.latency.tolerance))
        add("objectives.latency.budget", SpecSyntax.renderedPercent(spec.objectives.latency.budget))
        for (index, metric) in spec.objectives.metrics.enumerated() {
            add("objectives.metrics[\(index)].query", metric.query)
            add("objectives.metrics[\(index)].tolerance", SpecSyntax.renderedPercent(metric.tolerance))
        }
        if let service = spec.objectives.service {
            add("objectives.service.success", SpecSyntax.renderedPercent(service.success))
            add("objectives.service.period", SpecSyntax.rendered(service.period))
        }
        add("steps", "[" + spec.steps.map { SpecSyntax.rendered($0) + "%" }.joined(separator: ", ") + "]")
        for (key, duration) in [
            ("interval", spec.pace.interval), ("history", spec.pace.history), ("settle", spec.pace.settle),
            ("warmup", spec.pace.warmup), ("deadline", spec.pace.deadline), ("bake", spec.pace.bake),
        ] {
            add("pace.\(key)", SpecSyntax.rendered(duration))
        }
        add("guards.falseRollback", SpecSyntax.renderedPercent(spec.guards.falseRollback))
        add("guards.falsePromotion", SpecSyntax.renderedPercent(spec.guards.falsePromotion))
        add("guards.absolute.errors", spec.guards.absoluteErrors.map(SpecSyntax.renderedPercent) ?? "off")
        add("guards.onDeadline", spec.guards.onDeadline.rawValue)
        add("guards.onTelemetryLost", spec.guards.onTelemetryLost.rawValue)
        add("guards.onCanarySilent", spec.guards.onCanarySilent.rawValue)
        add("guards.onJournalLost", spec.guards.onJournalLost.rawValue)
        add("guards.onOrphan", spec.guards.onOrphan.rawValue)
        for (index, target) in spec.notify.enumerated() {
            add("notify[\(index)].webhook", target.webhook)
            add("notify[\(index)].template", target.template)
            add("notify[\(index)].on", target.on.rawValue)
        }
        if let policy = decoded.policy {
            for (path, value) in PolicyWords.entries(policy) { add("policy.\(path)", value) }
        }
    }

    private mutating func addTelemetry(_ spec: CanarySpec, _ decoded: DecodedSpec) {
        func add(_ path: String, _ value: String?) {
            entries.append(Entry(path: path, value: value ?? "-", origin: decoded.origin(path)))
        }
        let telemetry = spec.telemetry
        if let profile = decoded.profile { add("telemetry.profile", profile) }
        for (index, target) in telemetry.targets.enumerated() { add("telemetry.scrape.targets[\(index)]", target) }
        if let pods = telemetry.pods {
            add("telemetry.scrape.pods.port", String(pods.port))
            add("telemetry.scrape.pods.path", pods.path)
            add("telemetry.scrape.pods.via", pods.via.rawValue)
            add("telemetry.scrape.pods.selector", pods.selector)
            add("telemetry.scrape.pods.namespace", pods.namespace)
        }
        if let prometheus = telemetry.prometheus {
            addPrometheus(prometheus, decoded)
        } else {
            addScrape(telemetry, decoded)
        }
        add("telemetry.reporter", "\(telemetry.reporter)")
        for (label, value) in telemetry.match.sorted(by: { $0.key < $1.key }) { add("telemetry.match.\(label)", value) }
        add("telemetry.comparable", telemetry.comparable.rawValue)
    }

    private mutating func addPrometheus(_ prometheus: PrometheusSpec, _ decoded: DecodedSpec) {
        func add(_ key: String, _ value: String?) {
            let path = "telemetry.prometheus.\(key)"
            entries.append(Entry(path: path, value: value ?? "-", origin: decoded.origin(path)))
        }
        add("url", prometheus.url)
        for (name, value) in prometheus.headers.sorted(by: { $0.key < $1.key }) { add("headers.\(name)", value) }
        add("username", prometheus.username)
        add("password", prometheus.password)
        add("passwordFile", prometheus.passwordFile)
        add("token", prometheus.token)
        add("tokenFile", prometheus.security.tokenFile)
        add("caFile", prometheus.security.certificateAuthorityFile)
        add("certFile", prometheus.security.clientCertificateFile)
        add("keyFile", prometheus.security.clientKeyFile)
        add("insecureSkipVerify", String(prometheus.security.skipsVerification))
        add("podLabel", prometheus.podLabel)
        add("delay", SpecSyntax.rendered(prometheus.delay))
        add("timeout", SpecSyntax.rendered(prometheus.timeout))
        add("queries", prometheus.queries)
    }

    private mutating func addScrape(_ telemetry: TelemetrySpec, _ decoded: DecodedSpec) {
        func add(_ path: String, _ value: String?) {
            entries.append(Entry(path: path, value: value ?? "-", origin: decoded.origin(path)))
        }
        add("telemetry.scrape.timeout", SpecSyntax.rendered(telemetry.timeout))
        add("telemetry.scrape.caFile", telemetry.security.certificateAuthorityFile)
        add("telemetry.scrape.certFile", telemetry.security.clientCertificateFile)
        add("telemetry.scrape.keyFile", telemetry.security.clientKeyFile)
        add("telemetry.scrape.tokenFile", telemetry.security.tokenFile)
        add("telemetry.scrape.insecureSkipVerify", String(telemetry.security.skipsVerification))
    }
}
