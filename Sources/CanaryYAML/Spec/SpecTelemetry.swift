import CanaryCore
import CanaryTelemetry

/// The `telemetry` section.
enum SpecTelemetry {
    /// More targets than this are refused.
    private static let targetLimit = 10_000

    static func read(
        _ body: SpecReader.Section?,
        isPartial: Bool,
        into telemetry: inout TelemetrySpec,
        with reader: inout SpecReader
    ) {
        guard let section = reader.section(body, "telemetry", keys: SpecKeys.telemetry) else { return }
        if section.node["scrape"] != nil, let node = section.node["prometheus"] {
            reader.fail("telemetry.scrape and telemetry.prometheus exclude each other", at: node)
        }
        let isProfile = section.node["profile"] != nil
        if !isPartial, !isProfile, section.node["prometheus"] == nil {
            reader.require(
                section,
                "scrape",
                "it says which targets or pods to scrape; or write `prometheus: { url: … }` to ask a server"
            )
        }
        telemetry.prometheus = SpecPrometheus.read(section, isPartial: isPartial, with: &reader)
        let scrape = reader.section(section, "scrape", keys: SpecKeys.scrape)
        if !isPartial, scrape?.node["pods"] == nil {
            reader.require(
                scrape,
                "targets",
                "write `targets: [\"http://127.0.0.1:15020/stats/prometheus\"]`, or `pods: {}` to find them by the API"
            )
        }
        if scrape?.node["targets"] != nil, let node = scrape?.node["pods"] {
            reader.fail("telemetry.scrape.targets and telemetry.scrape.pods exclude each other", at: node)
        }
        telemetry.pods = SpecPods.read(scrape, with: &reader)
        if let targets = targets(scrape, with: &reader) { telemetry.targets = targets }
        telemetry.security = security(scrape, with: &reader)
        if let timeout = reader.duration(
            scrape,
            "timeout",
            atLeast: .milliseconds(100),
            atMost: .seconds(300),
            why: "a scrape that is not answered in time counts as failed"
        ) {
            telemetry.timeout = timeout
        }
        let reporters: [(String, Reporter)] = [
            ("destination", .destination), ("source", .source), ("waypoint", .waypoint),
        ]
        if let reporter = reader.choice(section, "reporter", reporters) { telemetry.reporter = reporter }
        if let match = labels(section, with: &reader) { telemetry.match = match }
        let comparabilities: [(String, TelemetrySpec.Comparability)] = [("prove", .prove), ("assume", .assume)]
        if let comparable = reader.choice(section, "comparable", comparabilities) { telemetry.comparable = comparable }
    }

    private static func targets(_ scrape: SpecReader.Section?, with reader: inout SpecReader) -> [String]? {
        guard let items = reader.list(scrape, "targets", example: "[\"http://127.0.0.1:15020/stats/prometheus\"]")
        else { return nil }
        if items.isEmpty || items.count > targetLimit, let node = scrape?.node["targets"] {
            reader.fail("telemetry.scrape.targets must hold 1 to \(targetLimit) URLs, not \(items.count)", at: node)
        }
        var targets: [String] = []
        var seen: Set<String> = []
        for (path, node) in items.prefix(targetLimit) {
            guard let text = reader.text(node, path: path, "a URL") else { continue }
            if let fault = SpecVariables.fault(ofAddress: text) {
                reader.fail("\(path) \(fault)", at: node)
            } else if !seen.insert(text).inserted {
                reader.fail("\(path) is listed twice: its requests would be counted twice", at: node)
            }
            targets.append(text)
        }
        return targets
    }

    /// The keys of TLS and tokens, which scraping and asking a server share.
    static func security(_ scrape: SpecReader.Section?, with reader: inout SpecReader) -> ScrapeSecurity {
        let path = scrape?.path ?? ""
        let security = ScrapeSecurity(
            certificateAuthorityFile: reader.text(scrape, "caFile", "a path"),
            clientCertificateFile: reader.text(scrape, "certFile", "a path"),
            clientKeyFile: reader.text(scrape, "keyFile", "a path"),
            tokenFile: reader.text(scrape, "tokenFile", "a path"),
            skipsVerification: reader.flag(scrape, "insecureSkipVerify") ?? false
        )
        if let node = scrape?.node["tokenFile"], let file = security.tokenFile,
            let fault = SpecVariables.fault(ofText: file)
        {
            reader.fail("\(path).tokenFile \(fault)", at: node)
        }
        for (key, partner) in [("certFile", "keyFile"), ("keyFile", "certFile")] {
            if let node = scrape?.node[key], scrape?.node[partner] == nil {
                reader.fail("\(path).\(key) needs \(path).\(partner) beside it", at: node)
            }
        }
        return security
    }

    private static func labels(_ section: SpecReader.Section, with reader: inout SpecReader) -> [String: String]? {
        guard let node = reader.node(section, "match") else { return nil }
        guard let pairs = node.pairs else {
            reader.fail("telemetry.match must be a mapping of labels to values, not \(node.kindName)", at: node)
            return nil
        }
        var labels: [String: String] = [:]
        for pair in pairs {
            guard let name = pair.key.scalar, isLabel(name) else {
                reader.fail(
                    "telemetry.match has a key that is no label name: letters, digits and '_' only",
                    at: pair.key
                )
                continue
            }
            guard labels[name] == nil else {
                reader.fail("key '\(name)' occurs twice in telemetry.match", at: pair.key)
                continue
            }
            guard let value = reader.text(pair.value, path: "telemetry.match.\(name)", "a text") else { continue }
            reader.record("telemetry.match.\(name)", pair.value)
            labels[name] = value
        }
        return labels
    }

    static func isLabel(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.first.map { !(0x30...0x39).contains($0) } == true
            && text.utf8.allSatisfy {
                $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
            }
    }
}
