import CanaryCore

/// The `telemetry.prometheus` section.
enum SpecPrometheus {
    static func read(_ telemetry: SpecReader.Section, isPartial: Bool, with reader: inout SpecReader)
        -> PrometheusSpec?
    {
        guard let section = reader.section(telemetry, "prometheus", keys: SpecKeys.prometheus) else { return nil }
        if !isPartial {
            reader.require(section, "url", "it is the server's address, like http://prometheus.istio-system:9090")
        }
        var prometheus = PrometheusSpec(url: "")
        if let url = reader.text(section, "url", "a URL"), let node = section.node["url"] {
            if let fault = SpecVariables.fault(ofAddress: url) {
                reader.fail("\(section.path).url \(fault)", at: node)
            } else if url.contains("@") {
                reader.fail("\(section.path).url must not hold credentials: use username and passwordFile", at: node)
            } else if url.contains("?") || url.contains("#") {
                reader.fail("\(section.path).url must end before /api/v1, without a query", at: node)
            }
            prometheus.url = url
        }
        prometheus.headers = headers(section, with: &reader)
        authenticate(&prometheus, section, with: &reader)
        prometheus.security = SpecTelemetry.security(section, with: &reader)
        if let label = reader.text(section, "podLabel", "a label name"), let node = section.node["podLabel"] {
            if SpecTelemetry.isLabel(label) {
                prometheus.podLabel = label
            } else {
                reader.fail("\(section.path).podLabel must be a label name: letters, digits and '_' only", at: node)
            }
        }
        if let delay = reader.duration(
            section,
            "delay",
            atLeast: .zero,
            atMost: .seconds(3600),
            why: "it is how far behind the present the server is asked"
        ) {
            prometheus.delay = delay
        }
        if let timeout = reader.duration(
            section,
            "timeout",
            atLeast: .milliseconds(100),
            atMost: .seconds(600),
            why: "a question that is not answered in time counts as failed"
        ) {
            prometheus.timeout = timeout
        }
        prometheus.queries = reader.text(section, "queries", "a folder")
        return prometheus
    }

    private static func headers(_ section: SpecReader.Section, with reader: inout SpecReader) -> [String: String] {
        guard let node = reader.node(section, "headers") else { return [:] }
        guard let pairs = node.pairs else {
            reader.fail("\(section.path).headers must be a mapping of names to values, not \(node.kindName)", at: node)
            return [:]
        }
        var headers: [String: String] = [:]
        for pair in pairs {
            guard let name = pair.key.scalar, isHeader(name) else {
                reader.fail("\(section.path).headers has a key that is no header name", at: pair.key)
                continue
            }
            guard name.lowercased() != "authorization" else {
                reader.fail(
                    "\(section.path).headers must not hold Authorization: use token, tokenFile or username",
                    at: pair.key
                )
                continue
            }
            let path = "\(section.path).headers.\(name)"
            guard let value = reader.text(pair.value, path: path, "a text") else { continue }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
                reader.fail("\(path) must be printable ASCII", at: pair.value)
                continue
            }
            guard !headers.keys.contains(where: { $0.lowercased() == name.lowercased() }) else {
                reader.fail("\(path) occurs twice", at: pair.key)
                continue
            }
            reader.record(path, pair.value)
            headers[name] = value
        }
        return headers
    }

    private static func authenticate(
        _ prometheus: inout PrometheusSpec,
        _ section: SpecReader.Section,
        with reader: inout SpecReader
    ) {
        prometheus.username = reader.text(section, "username", "a name")
        prometheus.password = secret(section, "password", with: &reader)
        prometheus.passwordFile = reader.text(section, "passwordFile", "a path")
        prometheus.token = secret(section, "token", with: &reader)
        let ways = ["username", "token", "tokenFile"].filter { section.node[$0] != nil }
        if ways.count > 1, let node = section.node[ways[1]] {
            reader.fail("\(section.path).\(ways[0]) and \(section.path).\(ways[1]) exclude each other", at: node)
        }
        let passwords = ["password", "passwordFile"].filter { section.node[$0] != nil }
        if passwords.count > 1, let node = section.node["passwordFile"] {
            reader.fail("\(section.path).password and \(section.path).passwordFile exclude each other", at: node)
        }
        if section.node["username"] != nil, passwords.isEmpty, let node = section.node["username"] {
            reader.fail("\(section.path).username needs password or passwordFile beside it", at: node)
        }
        if let key = passwords.first, section.node["username"] == nil, let node = section.node[key] {
            reader.fail("\(section.path).\(key) needs username beside it", at: node)
        }
    }

    /// A secret is the name of a variable, never the secret itself.
    private static func secret(_ section: SpecReader.Section, _ key: String, with reader: inout SpecReader) -> String? {
        guard let text = reader.text(section, key, "a variable like ${PROMETHEUS_\(key.uppercased())}"),
            let node = section.node[key]
        else { return nil }
        guard text.hasPrefix("${"), text.hasSuffix("}"), SpecVariables.fault(ofText: text) == nil,
            text.dropFirst(2).dropLast().allSatisfy({ $0 != "}" })
        else {
            reader.fail(
                "\(section.path).\(key) must be a variable like ${PROMETHEUS_\(key.uppercased())}: a secret does not belong in a spec",
                at: node
            )
            return nil
        }
        return text
    }

    private static func isHeader(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x2D || byte == 0x5F
            }
    }
}
