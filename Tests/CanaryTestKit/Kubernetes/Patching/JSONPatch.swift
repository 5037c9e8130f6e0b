import CanaryYAML

/// A JSON Patch (RFC 6902) with the departures of the library that the real API server uses.
///
/// `replace` on a key that an object lacks adds it, and `test` finds null where there is nothing.
struct JSONPatch: Sendable {
    /// It cannot be applied to this document.
    struct Inapplicable: Error {}

    private let operations: [JSONValue]

    /// - Throws: a bad request if the body is no list of objects.
    init(_ body: [UInt8]) throws(APIStatus) {
        guard let document = try? JSONText.parse(body), let items = document.items,
            items.allSatisfy({ $0.members != nil })
        else {
            throw .badRequest("json: cannot unmarshal the body into a value of type jsonpatch.Patch")
        }
        guard items.count <= 10_000 else {
            throw APIStatus(
                code: 413,
                reason: "RequestEntityTooLarge",
                message: "The allowed maximum operations in a JSON patch is 10000, got \(items.count)"
            )
        }
        operations = items
    }

    func applied(to document: JSONValue) throws(Inapplicable) -> JSONValue {
        var document = document
        for operation in operations {
            guard let verb = operation["op"]?.string, let path = operation["path"]?.string,
                let pointer = JSONPointer(path)
            else { throw Inapplicable() }
            // A null that is written is a value; the subscript hides it.
            let value = operation.members?["value"]
            switch verb {
            case "add":
                guard let value else { throw Inapplicable() }
                try Self.add(value, at: pointer.steps[...], in: &document)
            case "replace":
                guard let value else { throw Inapplicable() }
                try Self.replace(value, at: pointer.steps[...], in: &document)
            case "remove":
                _ = try Self.remove(at: pointer.steps[...], in: &document)
            case "test":
                guard pointer.value(in: document) ?? .null == value ?? .null else { throw Inapplicable() }
            case "copy", "move":
                guard let from = operation["from"]?.string, let source = JSONPointer(from),
                    let moved = source.value(in: document)
                else { throw Inapplicable() }
                if verb == "move" { _ = try Self.remove(at: source.steps[...], in: &document) }
                try Self.add(moved, at: pointer.steps[...], in: &document)
            default:
                throw Inapplicable()
            }
        }
        return document
    }

    private static func add(
        _ value: JSONValue,
        at steps: ArraySlice<String>,
        in document: inout JSONValue
    ) throws(Inapplicable) {
        try put(value, at: steps, in: &document) { (items, step) throws(Inapplicable) in
            let index = step == "-" ? items.count : JSONPointer.index(step)
            guard let index, index <= items.count else { throw Inapplicable() }
            items.insert(value, at: index)
        }
    }

    private static func replace(
        _ value: JSONValue,
        at steps: ArraySlice<String>,
        in document: inout JSONValue
    ) throws(Inapplicable) {
        try put(value, at: steps, in: &document) { (items, step) throws(Inapplicable) in
            guard let index = JSONPointer.index(step), items.indices.contains(index) else { throw Inapplicable() }
            items[index] = value
        }
    }

    /// A member is set whether it is there or not, as the real server does it; what happens in a list is the verb's own.
    private static func put(
        _ value: JSONValue,
        at steps: ArraySlice<String>,
        in document: inout JSONValue,
        list: (inout [JSONValue], String) throws(Inapplicable) -> Void
    ) throws(Inapplicable) {
        try edit(steps, in: &document, whole: value) { (parent, step) throws(Inapplicable) in
            switch parent {
            case .object(var members):
                members[step] = value
                parent = .object(members)
            case .array(var items):
                try list(&items, step)
                parent = .array(items)
            default:
                throw Inapplicable()
            }
        }
    }

    private static func remove(at steps: ArraySlice<String>, in document: inout JSONValue) throws(Inapplicable) {
        try edit(steps, in: &document, whole: .null) { (parent, step) throws(Inapplicable) in
            switch parent {
            case .object(var members):
                guard members.removeValue(forKey: step) != nil else { throw Inapplicable() }
                parent = .object(members)
            case .array(var items):
                guard let index = JSONPointer.index(step), items.indices.contains(index) else { throw Inapplicable() }
                items.remove(at: index)
                parent = .array(items)
            default:
                throw Inapplicable()
            }
        }
    }

    /// Goes down to the parent of the last step, where each step on the way must exist; without steps, all is replaced.
    private static func edit(
        _ steps: ArraySlice<String>,
        in document: inout JSONValue,
        whole: JSONValue,
        _ change: (inout JSONValue, String) throws(Inapplicable) -> Void
    ) throws(Inapplicable) {
        guard let step = steps.first else {
            document = whole
            return
        }
        guard steps.count > 1 else { return try change(&document, step) }
        switch document {
        case .object(var members):
            guard var child = members[step] else { throw Inapplicable() }
            try edit(steps.dropFirst(), in: &child, whole: whole, change)
            members[step] = child
            document = .object(members)
        case .array(var items):
            guard let index = JSONPointer.index(step), items.indices.contains(index) else { throw Inapplicable() }
            try edit(steps.dropFirst(), in: &items[index], whole: whole, change)
            document = .array(items)
        default:
            throw Inapplicable()
        }
    }
}
