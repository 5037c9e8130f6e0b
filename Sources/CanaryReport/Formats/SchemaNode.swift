import CanaryTelemetry

/// A piece of a JSON Schema (draft 2020-12): objects list all of their keys, each required and documented.
indirect enum SchemaNode: Sendable {
    case text
    case constant(String)
    case words([String])
    case moment
    case integer
    case number
    /// From 0 to 1.
    case share
    case flag
    case list(SchemaNode)
    case object([SchemaKey])
    /// This, or `null`.
    case optional(SchemaNode)
    case reference(String)

    func write(_ description: String?, to writer: inout JSONLineWriter) {
        writer.beginObject()
        if let description { writer.put("description", description) }
        writeType(to: &writer)
        writer.endObject()
    }

    private func writeType(to writer: inout JSONLineWriter) {
        switch self {
        case .text: writer.put("type", "string")
        case .constant(let word): writer.put("const", word)
        case .words(let words):
            writer.put("type", "string")
            writer.key("enum")
            writer.strings(words)
        case .moment:
            writer.put("type", "string")
            writer.put("format", "date-time")
        case .integer: writer.put("type", "integer")
        case .number: writer.put("type", "number")
        case .share:
            writer.put("type", "number")
            writer.put("minimum", 0)
            writer.put("maximum", 1)
        case .flag: writer.put("type", "boolean")
        case .list(let node):
            writer.put("type", "array")
            writer.key("items")
            node.write(nil, to: &writer)
        case .object(let keys):
            writer.put("type", "object")
            writer.put("additionalProperties", false)
            writer.key("required")
            writer.strings(keys.map(\.name))
            writer.object("properties") { writer in
                for key in keys {
                    writer.key(text: key.name)
                    key.node.write(key.description, to: &writer)
                }
            }
        case .optional(let node):
            writer.key("anyOf")
            writer.beginArray()
            node.write(nil, to: &writer)
            writer.beginObject()
            writer.put("type", "null")
            writer.endObject()
            writer.endArray()
        case .reference(let name): writer.put("$ref", "#/$defs/\(name)")
        }
    }
}

/// A key of an object: what it holds, with its unit.
struct SchemaKey: Sendable {
    var name: String
    var node: SchemaNode
    var description: String

    init(_ name: String, _ node: SchemaNode, _ description: String) {
        self.name = name
        self.node = node
        self.description = description
    }
}
