import Foundation

/// Checks a JSON value against the part of JSON Schema that our schemas use, and notes which keys it met.
struct JSONSchemaCheck {
    private(set) var faults: [String] = []
    /// Paths of keys that had a value other than null.
    private(set) var met: Set<String> = []
    private let root: [String: Any]

    init(schema: String) throws {
        root = try JSONSerialization.jsonObject(with: Data(schema.utf8)) as? [String: Any] ?? [:]
    }

    mutating func check(_ text: String) throws {
        check(try JSONSerialization.jsonObject(with: Data(text.utf8)), root, "")
    }

    /// Paths of all keys that the schema has, beneath the ones that were met.
    var known: Set<String> {
        var paths: Set<String> = []
        collect(root, "", &paths)
        return paths
    }

    private mutating func check(_ value: Any, _ schema: [String: Any], _ path: String) {
        let schema = resolved(schema)
        if let options = schema["anyOf"] as? [[String: Any]] {
            if value is NSNull {
                if !options.contains(where: { $0["type"] as? String == "null" }) { faults.append("\(path) is null") }
            } else if let option = options.first(where: { $0["type"] as? String != "null" }) {
                check(value, option, path)
            }
            return
        }
        if let constant = schema["const"] as? String {
            if value as? String != constant { faults.append("\(path) is not \(constant)") }
            return
        }
        switch schema["type"] as? String {
        case "object": checkObject(value, schema, path)
        case "array":
            guard let values = value as? [Any], let items = schema["items"] as? [String: Any] else {
                faults.append("\(path) is no array")
                return
            }
            for value in values { check(value, items, path + "[]") }
        case "string":
            guard let text = value as? String else {
                faults.append("\(path) is no string: \(value)")
                return
            }
            if let words = schema["enum"] as? [String], !words.contains(text) { faults.append("\(path) is \(text)") }
            if schema["format"] as? String == "date-time", !Self.isMoment(text) { faults.append("\(path) is \(text)") }
        case "boolean":
            if !Self.isFlag(value) { faults.append("\(path) is no boolean: \(value)") }
        case "integer", "number":
            checkNumber(value, schema, path)
        default:
            faults.append("\(path) has no type in the schema")
        }
    }

    private mutating func checkObject(_ value: Any, _ schema: [String: Any], _ path: String) {
        guard let object = value as? [String: Any], let keys = schema["properties"] as? [String: [String: Any]] else {
            faults.append("\(path) is no object: \(value)")
            return
        }
        for key in schema["required"] as? [String] ?? [] where object[key] == nil {
            faults.append("\(path).\(key) is missing")
        }
        for (key, value) in object {
            guard let part = keys[key] else {
                faults.append("\(path).\(key) is not in the schema")
                continue
            }
            if !(value is NSNull) { met.insert("\(path).\(key)") }
            check(value, part, "\(path).\(key)")
        }
    }

    private mutating func checkNumber(_ value: Any, _ schema: [String: Any], _ path: String) {
        guard let number = value as? NSNumber, !Self.isFlag(value) else {
            faults.append("\(path) is no number: \(value)")
            return
        }
        let double = number.doubleValue
        if schema["type"] as? String == "integer", double != double.rounded() { faults.append("\(path) is \(double)") }
        if let least = schema["minimum"] as? Double, double < least { faults.append("\(path) is \(double)") }
        if let most = schema["maximum"] as? Double, double > most { faults.append("\(path) is \(double)") }
    }

    private func collect(_ schema: [String: Any], _ path: String, _ paths: inout Set<String>) {
        let schema = resolved(schema)
        for option in schema["anyOf"] as? [[String: Any]] ?? [] { collect(option, path, &paths) }
        if let items = schema["items"] as? [String: Any] { collect(items, path + "[]", &paths) }
        for (key, part) in schema["properties"] as? [String: [String: Any]] ?? [:] {
            paths.insert("\(path).\(key)")
            collect(part, "\(path).\(key)", &paths)
        }
    }

    private func resolved(_ schema: [String: Any]) -> [String: Any] {
        guard let name = (schema["$ref"] as? String)?.split(separator: "/").last,
            let definitions = root["$defs"] as? [String: [String: Any]], let found = definitions[String(name)]
        else { return schema }
        return found
    }

    private static func isFlag(_ value: Any) -> Bool {
        guard let number = value as? NSNumber else { return false }
        return String(cString: number.objCType) == "c"
    }

    private static func isMoment(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 24 && bytes.last == UInt8(ascii: "Z") && bytes[10] == UInt8(ascii: "T")
    }
}
