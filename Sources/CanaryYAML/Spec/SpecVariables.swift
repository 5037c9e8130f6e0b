import CanaryCore

/// `${VAR}` in url, token and notify values.
enum SpecVariables {
    /// What is wrong with an address that may hold variables; nil if nothing can be told to be.
    ///
    /// The message never repeats the address: once expanded it may hold a secret.
    static func fault(ofAddress text: String) -> String? {
        if let fault = fault(ofText: text) { return fault }
        guard !text.contains("${") else { return nil }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return "must be a URL without spaces, in ASCII" }
        let lower = text.lowercased()
        guard let scheme = ["http://", "https://"].first(where: lower.hasPrefix) else {
            return "must be a URL that begins with http:// or https://"
        }
        let host = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return host.isEmpty || host.hasPrefix(":") ? "must be a URL with a host" : nil
    }

    /// What is wrong with the variables of a text.
    static func fault(ofText text: String) -> String? {
        var problem: String?
        _ = expand(text) { name in
            if let name, isName(name) { return "" }
            problem = "holds a '${' that is not `${NAME}`"
            return ""
        }
        return problem
    }

    /// Replaces each `${NAME}`; `value` is given nil for a `${` without an end.
    static func expand(_ text: String, value: (String?) -> String) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.indices.first(where: { rest[$0...].hasPrefix("${") }) {
            result += rest[..<dollar]
            let body = rest[dollar...].dropFirst(2)
            guard let end = body.firstIndex(of: "}") else { return result + value(nil) }
            result += value(String(body[..<end]))
            rest = body[body.index(after: end)...]
        }
        return result + rest
    }

    private static func isName(_ text: String) -> Bool {
        text.utf8.first.map { !(0x30...0x39).contains($0) } == true
            && text.utf8.allSatisfy {
                $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
            }
    }
}

extension DecodedSpec {
    /// The spec with `${VAR}` replaced in scrape targets, the server's address and secrets, the token file's path and webhooks, and
    /// nowhere else.
    ///
    /// An unset variable is an error at the place of the value. Never call this for an object that came from a cluster.
    package func expanded(environment: [String: String]) throws(SpecError) -> DecodedSpec {
        var result = self
        var diagnostics: [SpecDiagnostic] = []
        func expand(_ text: String, _ path: String, isAddress: Bool) -> String {
            guard text.contains("${") else { return text }
            var missing: [String] = []
            let expanded = SpecVariables.expand(text) { name in
                guard let name, let value = environment[name] else {
                    missing.append(name ?? "")
                    return ""
                }
                return value
            }
            var fault = missing.first.map { "needs the environment variable \($0), which is not set" }
            if fault == nil, isAddress, !expanded.contains("${") { fault = SpecVariables.fault(ofAddress: expanded) }
            if let fault, let place = places[path] {
                let length = 2 + text.unicodeScalars.count
                let shown = min(
                    length,
                    tree.sources[place.source].text.line(place.line).unicodeScalars.count - place.column + 1
                )
                diagnostics.append(tree.diagnostic("\(path) \(fault)", at: place, length: shown))
            }
            return expanded
        }
        result.spec.telemetry.targets = spec.telemetry.targets.enumerated().map {
            expand($1, "telemetry.scrape.targets[\($0)]", isAddress: true)
        }
        result.spec.telemetry.security.tokenFile = spec.telemetry.security.tokenFile.map {
            expand($0, "telemetry.scrape.tokenFile", isAddress: false)
        }
        if let prometheus = spec.telemetry.prometheus {
            let path = "telemetry.prometheus"
            result.spec.telemetry.prometheus?.url = expand(prometheus.url, "\(path).url", isAddress: true)
            result.spec.telemetry.prometheus?.password = prometheus.password.map {
                expand($0, "\(path).password", isAddress: false)
            }
            result.spec.telemetry.prometheus?.token = prometheus.token.map {
                expand($0, "\(path).token", isAddress: false)
            }
            result.spec.telemetry.prometheus?.security.tokenFile = prometheus.security.tokenFile.map {
                expand($0, "\(path).tokenFile", isAddress: false)
            }
        }
        for index in result.spec.notify.indices {
            let webhook = expand(spec.notify[index].webhook, "notify[\(index)].webhook", isAddress: true)
            result.spec.notify[index].webhook = webhook
        }
        guard diagnostics.isEmpty else { throw SpecError(diagnostics) }
        return result
    }
}
