import CanaryYAML

/// The shape of a value in a custom resource: what is dropped, filled in, and refused.
indirect enum FieldSchema: Sendable {
    /// Kept as it is.
    case any
    case string
    case boolean
    /// Whole numbers in a range; `int32` is what the type is called.
    case integer(ClosedRange<Int64>)
    case list(FieldSchema, most: Int)
    case object([String: Member])

    /// A member of an object.
    struct Member: Sendable {
        var schema: FieldSchema
        var isRequired = false
        /// Filled in where the member is absent.
        var standard: JSONValue?

        init(_ schema: FieldSchema, required: Bool = false, standard: JSONValue? = nil) {
            self.schema = schema
            isRequired = required
            self.standard = standard
        }
    }

    static let int32 = FieldSchema.integer(Int64(Int32.min)...Int64(Int32.max))

    /// What a check found beside the value.
    struct Findings {
        /// Paths of members that the schema does not know; they are dropped.
        var unknown: [String] = []
        var causes: [FieldCause] = []
    }

    /// The value as it is stored: without unknown members and nulls, with standards filled in.
    func stored(_ value: JSONValue, at path: String, _ findings: inout Findings) -> JSONValue {
        switch self {
        case .any:
            return value
        case .string:
            if value.string == nil { findings.causes.append(.type(path, is: Self.type(of: value), not: "string")) }
            return value
        case .boolean:
            if value.bool == nil { findings.causes.append(.type(path, is: Self.type(of: value), not: "boolean")) }
            return value
        case .integer(let range):
            check(value, in: range, at: path, &findings)
            return value
        case .list(let element, let most):
            return storedList(value, of: element, most: most, at: path, &findings)
        case .object(let known):
            return storedObject(value, known, at: path, &findings)
        }
    }

    private func check(_ value: JSONValue, in range: ClosedRange<Int64>, at path: String, _ findings: inout Findings) {
        guard case .integer(let number) = value else {
            let found = if case .number = value { "number" } else { Self.type(of: value) }
            findings.causes.append(.type(path, is: found, not: "integer"))
            return
        }
        if number > range.upperBound {
            let why = "\(path) in body should be less than or equal to \(range.upperBound)"
            findings.causes.append(.invalid(path, String(number), why))
        }
        if number < range.lowerBound {
            let why = "\(path) in body should be greater than or equal to \(range.lowerBound)"
            findings.causes.append(.invalid(path, String(number), why))
        }
    }

    private func storedList(
        _ value: JSONValue,
        of element: FieldSchema,
        most: Int,
        at path: String,
        _ findings: inout Findings
    ) -> JSONValue {
        guard case .array(let items) = value else {
            findings.causes.append(.type(path, is: Self.type(of: value), not: "array"))
            return value
        }
        if items.count > most {
            findings.causes.append(
                FieldCause(
                    reason: "FieldValueTooMany",
                    field: path,
                    message: "Too many: \(items.count): must have at most \(most) items"
                )
            )
        }
        var stored: [JSONValue] = []
        for (index, item) in items.enumerated() {
            stored.append(element.stored(item, at: "\(path)[\(index)]", &findings))
        }
        return .array(stored)
    }

    private func storedObject(
        _ value: JSONValue,
        _ known: [String: Member],
        at path: String,
        _ findings: inout Findings
    ) -> JSONValue {
        guard case .object(let members) = value else {
            findings.causes.append(.type(path, is: Self.type(of: value), not: "object"))
            return value
        }
        var stored: [String: JSONValue] = [:]
        for name in members.keys.sorted() where known[name] == nil {
            findings.unknown.append("\(path).\(name)")
        }
        for (name, member) in known.sorted(by: { $0.key < $1.key }) {
            let place = "\(path).\(name)"
            if let value = members[name], value != .null {
                stored[name] = member.schema.stored(value, at: place, &findings)
            } else if let standard = member.standard {
                stored[name] = member.schema.stored(standard, at: place, &findings)
            } else if member.isRequired {
                findings.causes.append(.required(place))
            }
        }
        return .object(stored)
    }

    private static func type(of value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
