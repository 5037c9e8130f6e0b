/// One HTTP request, read within bounds.
struct ControlRequest: Sendable, Hashable {
    var method: String
    var path: String
    var body: [UInt8]
    /// By name in lower case; values of a repeated field are joined by commas.
    var fields: [String: String] = [:]

    /// The most bytes of a request's line and fields, and of its body.
    static let mostHeadBytes = 8192
    static let mostBodyBytes = 16_384
}

/// Reads a request from pieces as they come. The server library would read lines of any length.
struct ControlRequestReader {
    enum Step: Sendable, Hashable {
        case more
        case request(ControlRequest)
        case refused(status: Int, String)
    }

    private struct Head {
        var method: String
        var path: String
        var bodyBytes: Int
        var fields: [String: String]
        /// Where the body begins.
        var end: Int
    }

    private var bytes: [UInt8] = []
    private var head: Head?

    mutating func add(_ piece: [UInt8]) -> Step {
        bytes += piece
        if head == nil {
            guard let end = Self.end(of: bytes.prefix(ControlRequest.mostHeadBytes)) else {
                return bytes.count < ControlRequest.mostHeadBytes
                    ? .more : .refused(status: 431, "the request's fields are too long")
            }
            switch Self.parse(bytes[..<end], bodyAt: end) {
            case .success(let found): head = found
            case .failure(let refusal): return .refused(status: refusal.status, refusal.words)
            }
        }
        guard let head else { return .more }
        guard bytes.count - head.end >= head.bodyBytes else { return .more }
        let body = Array(bytes[head.end..<(head.end + head.bodyBytes)])
        return .request(ControlRequest(method: head.method, path: head.path, body: body, fields: head.fields))
    }

    private struct Refusal: Error {
        var status: Int
        var words: String
    }

    /// The index after the blank line.
    private static func end(of bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.startIndex
        while let newline = bytes[index...].firstIndex(of: 0x0A) {
            let next = newline + 1
            if next < bytes.endIndex, bytes[next] == 0x0A { return next + 1 }
            if next + 1 < bytes.endIndex, bytes[next] == 0x0D, bytes[next + 1] == 0x0A { return next + 2 }
            index = next
        }
        return nil
    }

    /// A token's character (RFC 9110, 5.6.2).
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func parse(_ bytes: ArraySlice<UInt8>, bodyAt end: Int) -> Result<Head, Refusal> {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return .failure(Refusal(status: 400, words: "the request is not text"))
        }
        // Carriage return and newline are one Character.
        let lines = text.split { $0 == "\n" || $0 == "\r\n" }
        let words = lines.first?.split(separator: " ", omittingEmptySubsequences: false) ?? []
        guard words.count == 3, words[2].hasPrefix("HTTP/1."), words[1].hasPrefix("/") else {
            return .failure(Refusal(status: 400, words: "this is not an HTTP/1 request"))
        }
        var length: Int?
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return .failure(Refusal(status: 400, words: "a field has no name")) }
            // Also what another server would take for the end of the field before, or for another name.
            guard !parts[0].isEmpty, parts[0].utf8.allSatisfy(isNameByte) else {
                return .failure(Refusal(status: 400, words: "the name of a field is not one"))
            }
            guard parts[1].utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                return .failure(Refusal(status: 400, words: "a field holds a control character"))
            }
            let value = parts[1].trimming(while: { $0 == " " || $0 == "\t" })
            let name = parts[0].lowercased()
            fields[name] = fields[name].map { "\($0), \(value)" } ?? String(value)
            switch name {
            case "transfer-encoding":
                return .failure(Refusal(status: 411, words: "the body must have a Content-Length"))
            case "content-length":
                guard let bytes = Int(value), bytes >= 0, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                    length == nil || length == bytes
                else { return .failure(Refusal(status: 400, words: "the Content-Length is not a number")) }
                length = bytes
            default:
                break
            }
        }
        guard length ?? 0 <= ControlRequest.mostBodyBytes else {
            return .failure(Refusal(status: 413, words: "the body is too long"))
        }
        let path = words[1].prefix { $0 != "?" }
        return .success(
            Head(method: String(words[0]), path: String(path), bodyBytes: length ?? 0, fields: fields, end: end)
        )
    }
}

extension Substring {
    fileprivate func trimming(while isBlank: (Character) -> Bool) -> Substring {
        var rest = drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}
