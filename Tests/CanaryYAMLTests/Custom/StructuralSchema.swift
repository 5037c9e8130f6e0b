import CanaryYAML

/// The rules of the API server for schemas of custom resources, and a validator that goes by such a schema.
enum StructuralSchema {
    private static let types: Set<String> = ["object", "array", "string", "integer", "number", "boolean"]
    private static let known: Set<String> = [
        "type", "description", "properties", "additionalProperties", "items", "required", "enum", "pattern", "format",
        "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "x-kubernetes-validations",
        "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-int-or-string",
    ]

    /// What the API server would refuse.
    static func faults(_ schema: JSONValue, path: String = "root") -> [String] {
        guard let members = schema.members else { return ["\(path) is no schema"] }
        var faults = members.keys.filter { !known.contains($0) }.sorted().map { "\(path) has \($0)" }
        let type = schema["type"]?.string ?? ""
        if schema["x-kubernetes-int-or-string"] == true {
            return faults + (type.isEmpty ? [] : ["\(path) has two types"])
        }
        if !types.contains(type) { faults.append("\(path) has no type") }
        if members["properties"] != nil || members["additionalProperties"] != nil, type != "object" {
            faults.append("\(path) has properties and is no object")
        }
        if members["properties"] != nil, members["additionalProperties"] != nil {
            faults.append("\(path) has properties and additionalProperties")
        }
        if let more = members["additionalProperties"], more.members == nil {
            faults.append("\(path) forbids or allows all properties")
        }
        if (type == "array") != (members["items"] != nil) { faults.append("\(path) has no items, or is no list") }
        for word in schema["enum"]?.items ?? [] where word.string == nil || type != "string" {
            faults.append("\(path) has an enum of another type")
        }
        let properties = schema["properties"]?.members ?? [:]
        for name in schema["required"]?.items ?? [] where properties[name.string ?? ""] == nil {
            faults.append("\(path) requires what it does not have")
        }
        faults += listFaults(schema, path)
        for rule in schema["x-kubernetes-validations"]?.items ?? [] {
            guard let text = rule["rule"]?.string, let message = rule["message"]?.string, !message.isEmpty,
                !message.contains("\n")
            else {
                faults.append("\(path) has a rule without text or message")
                continue
            }
            for match in text.matches(of: /self\.([A-Za-z]+)/)
            where properties[String(match.1)] == nil {
                faults.append("\(path) has a rule about \(match.1), which it does not have")
            }
        }
        for (name, child) in properties { faults += Self.faults(child, path: "\(path).\(name)") }
        if let child = schema["items"] { faults += Self.faults(child, path: "\(path)[]") }
        if let child = schema["additionalProperties"], child.members != nil {
            faults += Self.faults(child, path: "\(path).*")
        }
        return faults
    }

    private static func listFaults(_ schema: JSONValue, _ path: String) -> [String] {
        switch schema["x-kubernetes-list-type"]?.string {
        case nil, "atomic": return []
        case "set":
            let type = schema["items"]?["type"]?.string
            return type == "object" || type == "array" ? ["\(path) is a set of no scalars"] : []
        case "map":
            let required = schema["items"]?["required"]?.items ?? []
            let keys = schema["x-kubernetes-list-map-keys"]?.items ?? []
            return keys.isEmpty || !keys.allSatisfy(required.contains) ? ["\(path) is a map without its keys"] : []
        default: return ["\(path) has an unknown type of list"]
        }
    }

    /// What the API server would refuse of a value, or drop.
    static func faults(of value: JSONValue, _ schema: JSONValue, path: String = "") -> [String] {
        if schema["x-kubernetes-int-or-string"] == true {
            return value.string == nil && value.integer == nil ? ["\(path): neither a text nor a whole number"] : []
        }
        var faults: [String] = []
        func expect(_ isTrue: Bool, _ what: String) {
            if !isTrue { faults.append("\(path): \(what)") }
        }
        switch (schema["type"]?.string, value) {
        case ("object", .object(let members)):
            for name in (schema["required"]?.items ?? []).compactMap(\.string) {
                expect(members[name] != nil, "\(name) is missing")
            }
            for (name, child) in members {
                // Every object may have any metadata.
                if path.isEmpty, name == "metadata" { continue }
                if let known = schema["properties"]?[name] ?? schema["additionalProperties"] {
                    faults += Self.faults(of: child, known, path: "\(path).\(name)")
                } else {
                    faults.append("\(path).\(name): dropped")
                }
            }
        case ("array", .array(let items)):
            if let limit = schema["maxItems"]?.integer { expect(items.count <= limit, "too many") }
            if let limit = schema["minItems"]?.integer { expect(items.count >= limit, "too few") }
            for (index, item) in items.enumerated() {
                faults += Self.faults(of: item, schema["items"] ?? .null, path: "\(path)[\(index)]")
            }
        case ("string", .string(let text)):
            if let words = schema["enum"]?.items { expect(words.contains(value), "no word of the list: \(text)") }
            if let pattern = schema["pattern"]?.string, let regex = try? Regex(pattern) {
                expect(text.firstMatch(of: regex) != nil, "'\(text)' is not \(pattern)")
            }
            if let limit = schema["maxLength"]?.integer { expect(text.unicodeScalars.count <= limit, "too long") }
            if let limit = schema["minLength"]?.integer { expect(text.unicodeScalars.count >= limit, "too short") }
        case ("integer", .integer(let number)):
            if let low = schema["minimum"]?.integer { expect(number >= Int64(low), "too small") }
            if let high = schema["maximum"]?.integer { expect(number <= Int64(high), "too large") }
        case ("number", .integer), ("number", .number), ("boolean", .bool): break
        default: faults.append("\(path): not of type \(schema["type"]?.string ?? "?")")
        }
        return faults
    }
}
