import CanaryCore

/// The `notify` list.
enum SpecNotify {
    static func read(_ body: SpecReader.Section?, with reader: inout SpecReader) -> [NotifyTarget]? {
        guard let items = reader.list(body, "notify", example: "[{ webhook: \"${HALDANE_WEBHOOK}\" }]") else {
            return nil
        }
        var targets: [NotifyTarget] = []
        for (path, node) in items {
            guard let section = reader.section(node, path: path, keys: SpecKeys.notify) else { continue }
            SpecProfiles.check(section, with: &reader)
            if section.node["profile"] == nil || reader.tree.hasPolicies {
                reader.require(section, "webhook", "it is the URL to call")
            }
            guard let address = reader.text(section, "webhook", "a URL"), let value = section.node["webhook"] else {
                continue
            }
            if let fault = SpecVariables.fault(ofAddress: address) {
                reader.fail("\(path).webhook \(fault)", at: value)
            }
            var target = NotifyTarget(webhook: address)
            if let template = reader.text(section, "template", "haldane, slack, teams, alertmanager or a path") {
                target.template = template
            }
            let occasions = NotifyTarget.Occasion.allCases.map { ($0.rawValue, $0) }
            if let occasion = reader.choice(section, "on", occasions) { target.on = occasion }
            targets.append(target)
        }
        return targets
    }
}
