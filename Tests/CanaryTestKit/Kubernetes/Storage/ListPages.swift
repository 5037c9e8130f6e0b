import CanaryYAML
import Foundation

/// What is left of lists that were handed out in part, so that later pages show the same moment.
struct ListPages: Sendable {
    /// The next part of a list.
    enum Page: Sendable {
        case consistent(items: [JSONValue], token: String?, remaining: Int, revision: Int)
        /// The token only says where to go on in the present objects.
        case after(namespace: String, name: String)
    }

    private struct Rest: Sendable {
        var items: [JSONValue]
        var keys: [ObjectKey]
        var revision: Int
    }

    private var rests: [Int: Rest] = [:]
    private var made = 0

    /// Lists begun long ago are forgotten, as the real server does after compaction.
    private static let most = 256

    mutating func forget() { rests = [:] }

    /// The first items of a list, and a token if there are more.
    mutating func cut(
        _ items: [JSONValue],
        keys: [ObjectKey],
        limit: Int,
        revision: Int
    ) -> (items: [JSONValue], token: String?) {
        guard limit > 0, items.count > limit, keys.count == items.count else { return (items, nil) }
        let last = keys[limit - 1]
        made += 1
        rests[made] = Rest(items: Array(items[limit...]), keys: Array(keys[limit...]), revision: revision)
        rests[made - Self.most] = nil
        return (Array(items[..<limit]), Self.token(number: made, last))
    }

    /// The part behind a token.
    ///
    /// - Throws: `Expired` with a token that goes on without consistency, or a bad request.
    mutating func next(_ token: String, limit: Int) throws(APIStatus) -> Page {
        guard let data = Data(base64Encoded: token), let fields = try? JSONText.parse(data),
            let number = fields["id"]?.integer, let namespace = fields["namespace"]?.string,
            let name = fields["name"]?.string
        else { throw .badRequest("continue key is not valid: illegal base64 data") }
        if number < 0 { return .after(namespace: namespace, name: name) }
        guard let rest = rests[number] else {
            let key = ObjectKey(kind: .pods, namespace: namespace, name: name)
            throw .expired(
                "The provided continue parameter is too old to display a consistent list result.",
                continuation: Self.token(number: -1, key)
            )
        }
        let (items, more) = cut(rest.items, keys: rest.keys, limit: limit, revision: rest.revision)
        let remaining = rest.items.count - items.count
        return .consistent(items: items, token: more, remaining: remaining, revision: rest.revision)
    }

    private static func token(number: Int, _ last: ObjectKey) -> String {
        let fields: JSONValue = [
            "id": .integer(Int64(number)), "namespace": .string(last.namespace), "name": .string(last.name),
        ]
        return Data(JSONText.bytes(of: fields)).base64EncodedString()
    }
}
