package import CanaryCore
import CanaryJournal
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The file in which a check remembers: one JSON object with its schema and a checksum over the rest.
package struct CheckStateFile: Sendable {
    package let path: String

    package init(folder: String) {
        path = folder + "/state.json"
    }

    /// What was found.
    package struct Found: Sendable {
        package var state: CheckState
        /// Why the stored state could not be used; nil if it could, or if there was none.
        package var restarted: Reason?
    }

    /// Reads the state. One that is torn, corrupt or of another schema is put aside, and the evidence begins anew.
    package func load() throws(CheckFault) -> Found {
        let bytes: [UInt8]?
        do {
            bytes = try AtomicFile.read(path, limit: Self.limit)
        } catch {
            // What cannot be read may be whole: it must not be replaced.
            guard error.number == EFBIG else {
                throw CheckFault(Reason("state", "cannot read the state '\(path)': \(error.text)"))
            }
            return try putAside(because: "it is larger than \(Self.limit / 1_000_000) MB")
        }
        guard let bytes else { return Found(state: CheckState()) }
        do {
            return Found(state: try Self.decode(bytes))
        } catch {
            return try putAside(because: error.text)
        }
    }

    /// Writes the state, whole or not at all.
    package func save(_ state: CheckState) throws(CheckFault) {
        do {
            try AtomicFile.write(try Self.encode(state), to: path, mode: 0o640)
        } catch let error as SystemFailure {
            throw CheckFault(Reason("state", "cannot write the state '\(path)': \(error.text)"))
        } catch {
            throw CheckFault(Reason("state", "cannot write the state '\(path)': \(error)"))
        }
    }

    private func putAside(because why: String) throws(CheckFault) -> Found {
        let aside = path + ".corrupt"
        guard rename(path, aside) == 0 else {
            let cause = SystemFailure(errno).text
            throw CheckFault(Reason("state", "the state '\(path)' cannot be used (\(why)) nor put aside: \(cause)"))
        }
        let text =
            "the stored state could not be used (\(why)): it was put aside as '\(aside)', and the evidence begins anew"
        return Found(state: CheckState(), restarted: Reason("state-restarted", text))
    }

    // MARK: Form

    /// Why bytes are no state.
    struct Unusable: Error {
        var text: String
    }

    package static func encode(_ state: CheckState) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Array(try encoder.encode(state))
        return Array(head(checksum(body)).utf8) + body + Array("}\n".utf8)
    }

    static func decode(_ bytes: [UInt8]) throws(Unusable) -> CheckState {
        let headLength = head("0000000000000000").utf8.count
        guard bytes.starts(with: Array(opening.utf8)) else {
            throw Unusable(text: bytes.isEmpty ? "it is empty" : "it is not of the schema \(CheckState.schema)")
        }
        guard bytes.count >= headLength + 2, bytes.suffix(2) == Array("}\n".utf8)[...] else {
            throw Unusable(text: "it is cut off after \(bytes.count) bytes")
        }
        let body = Array(bytes[headLength..<bytes.count - 2])
        guard bytes.starts(with: Array(head(checksum(body)).utf8)) else {
            throw Unusable(text: "its checksum does not match")
        }
        do {
            return try JSONDecoder().decode(CheckState.self, from: Data(body))
        } catch {
            throw Unusable(text: "it does not make sense")
        }
    }

    private static let opening = "{\"schema\":\"\(CheckState.schema)\","

    private static func head(_ checksum: String) -> String { "\(opening)\"checksum\":\"\(checksum)\",\"state\":" }

    /// FNV-1a over 64 bits: it sees every change of a single byte, and torn files but for one in 10^19.
    private static func checksum(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static let limit = 256_000_000
}
