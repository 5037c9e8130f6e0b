package import CanaryCore
import CanaryTelemetry
import FoundationEssentials

/// Turns the entries of a run into journal records and back.
///
/// A window is one line of the recorded-windows format, so that `zstd -dc FILE` gives lines that `haldane judge --windows -` reads.
/// Everything else is `{"at":MILLISECONDS,"event":{…}}`. Doubles are written so that they read back bit for bit.
package struct JournalCodec {
    private var windows = RecordedWindowReader(bounds: .istio)
    private let decoder = JSONDecoder()
    private let encoder: JSONEncoder

    package init() {
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf",
            negativeInfinity: "-inf",
            nan: "nan"
        )
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf",
            negativeInfinity: "-inf",
            nan: "nan"
        )
    }

    package func encode(_ header: RunHeader) throws -> [UInt8] {
        Array(try encoder.encode(header))
    }

    package func encode(_ entry: JournalEntry) throws -> [UInt8] {
        switch entry {
        case .window(let window):
            var line: [UInt8] = []
            WindowEncoder.append(window, run: nil, to: &line)
            if line.last == UInt8(ascii: "\n") { line.removeLast() }
            return line
        case .event(let event, let at):
            return Array(try encoder.encode(Stamped(at: at, event: event)))
        }
    }

    /// The header of a run, or nil if the record is the stand-in for a header that a crash tore off.
    package func decodeHeader(_ record: [UInt8]) throws -> RunHeader? {
        if let stub = try? decoder.decode(Recovered.self, from: Data(record)), stub.recovered == true { return nil }
        return try decoder.decode(RunHeader.self, from: Data(record))
    }

    /// An entry after the header.
    package mutating func decode(_ record: [UInt8]) throws -> JournalEntry {
        if record.starts(with: Self.eventPrefix) {
            let stamped = try decoder.decode(Stamped.self, from: Data(record))
            return .event(stamped.event, at: stamped.at)
        }
        guard case .window(_, let window) = try windows.read(line: record) else {
            throw JournalError(.corrupt, "a record of the journal is neither an event nor a window")
        }
        return .window(window)
    }

    private struct Stamped: Codable {
        var at: Timestamp
        var event: JournalEvent
    }

    private struct Recovered: Codable {
        var recovered: Bool?
    }

    private static let eventPrefix = Array(#"{"at":"#.utf8)
}
