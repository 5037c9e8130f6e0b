/// A schema as the API server takes it for a custom resource: structural OpenAPI v3.
///
/// Defaults become words: an API server that filled them in would make them the object's own values, which no policy could change.
/// Unknown keys are pruned by the server, so they are not forbidden. What a schema cannot say without `oneOf` is said in CEL.
enum OpenAPISchema {
    typealias Value = SpecSchema.Value

    /// Longer texts are refused by the server already.
    private static let textLimit = UntrustedRules.textLimit

    /// What must hold between the keys of a section, by its path relative to `spec`.
    private static let relations: [String: (rule: String, message: String)] = [
        "route": (
            "(has(self.virtualService) ? 1 : 0) + (has(self.httpRoute) ? 1 : 0) + (has(self.grpcRoute) ? 1 : 0) <= 1",
            "virtualService, httpRoute and grpcRoute exclude each other"
        ),
        "route.rule": ("!(has(self.name) && has(self.index))", "name and index exclude each other"),
        "telemetry": ("!(has(self.scrape) && has(self.prometheus))", "scrape and prometheus exclude each other"),
        "telemetry.scrape": ("!(has(self.targets) && has(self.pods))", "targets and pods exclude each other"),
    ]

    /// - Parameter path: where the value is, relative to `spec`.
    static func of(_ value: Value, path: String) -> Value {
        guard case .object(let members) = value else { return value }
        var result: [(String, Value)] = []
        let type = members.first { $0.0 == "type" }?.1
        if type == nil, members.contains(where: { ["enum", "const"].contains($0.0) }) {
            result.append(("type", .text("string")))
        }
        for (key, member) in members {
            switch (key, member) {
            case ("default", _), ("additionalProperties", .raw): continue
            // Nothing else has two types.
            case ("type", .list): result.append(("x-kubernetes-int-or-string", .raw("true")))
            case ("const", _): result.append(("enum", .list([member])))
            case ("uniqueItems", _): result.append(("x-kubernetes-list-type", .text("set")))
            case ("items", _): result.append((key, of(member, path: "\(path)[]")))
            case ("additionalProperties", _): result.append((key, of(member, path: "\(path).*")))
            case ("properties", .object(let properties)):
                let children = properties.map { name, child in
                    (name, of(child, path: Self.child(name, of: path)))
                }
                if !children.isEmpty { result.append((key, .object(children))) }
            case ("description", .text(let text)):
                result.append((key, .text(text + words(of: members.first { $0.0 == "default" }?.1))))
            default: result.append((key, member))
            }
        }
        if case .text("string")? = type, !members.contains(where: { ["enum", "maxLength"].contains($0.0) }) {
            result.append(("maxLength", .number(String(textLimit))))
        }
        if let relation = relations[path] {
            result.append(
                (
                    "x-kubernetes-validations",
                    .list([.object([("rule", .text(relation.rule)), ("message", .text(relation.message))])])
                )
            )
        }
        return .object(result)
    }

    /// The parts of a spec in a policy's defaults are related as in a spec, but for routes, which lack most keys there.
    private static func child(_ name: String, of path: String) -> String {
        path.isEmpty || path == "defaults" && name != "route" ? name : "\(path).\(name)"
    }

    private static func words(of standard: Value?) -> String {
        switch standard {
        case .text(let text), .number(let text): " Default: \(text)."
        case .raw(let text): " Default: \(text.replacing("\"", with: ""))."
        default: ""
        }
    }
}
