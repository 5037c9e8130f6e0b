import CanaryCore

/// The `telemetry.scrape.pods` section; `{}` takes every default.
enum SpecPods {
    static func read(_ scrape: SpecReader.Section?, with reader: inout SpecReader) -> PodScrape? {
        guard let section = reader.section(scrape, "pods", keys: SpecKeys.pods) else { return nil }
        reader.record(section.path, section.node)
        var pods = PodScrape()
        if let node = reader.node(section, "port") {
            if case .scalar(let text, .plain) = node.content, let port = Int(text), (1...65_535).contains(port) {
                pods.port = port
            } else {
                reader.fail("\(section.path).port must be a port like 15020, not \(reader.shown(node))", at: node)
            }
        }
        if let path = reader.text(section, "path", "a path like /stats/prometheus"), let node = section.node["path"] {
            if isPath(path) {
                pods.path = path
            } else {
                reader.fail("\(section.path).path must begin with / and hold no spaces, in ASCII", at: node)
            }
        }
        let ways = PodScrape.Way.allCases.map { ($0.rawValue, $0) }
        if let via = reader.choice(section, "via", ways) { pods.via = via }
        if let selector = reader.text(section, "selector", "a label selector like app=web"),
            let node = section.node["selector"]
        {
            if isSelector(selector) {
                pods.selector = selector
            } else {
                reader.fail("\(section.path).selector must be a label selector like app=web,tier in (a,b)", at: node)
            }
        }
        pods.namespace = SpecNames.namespace(section, "namespace", with: &reader)
        return pods
    }

    private static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && text.utf8.count <= 1000 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x23 }
    }

    /// Characters that label selectors are made of; their grammar is the server's business.
    private static func isSelector(_ text: String) -> Bool {
        text.utf8.count <= 1000
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "-_./=!,() ".utf8.contains(byte)
            }
    }
}
