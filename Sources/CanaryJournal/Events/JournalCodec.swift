package import CanaryCore
import CanaryTelemetry
import FoundationEssentials

/// Turns the entries of a run into journal records and back.
///
/// A window is one line of the recorded-windows format, so that `zstd -dc FILE` gives lines that `haldane judge --windows -` reads.
/// Everything else is `{"at":MILLISECONDS,"event":{…}}`. Doubles are written so that they read back bit for bit.
package struct JournalCodec {
    private var windows = RecordedWindowReader(bounds: .istio)
    private let decoder = JSONForm.decoder()
    private let encoder: JSONEncoder
    private var header: RunHeader?

    package init() {
        encoder = JSONForm.encoder()
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
    ///
    /// - Throws: `.corrupt`, also if its spec is none that could have been run.
    package mutating func decodeHeader(_ record: [UInt8]) throws(JournalError) -> RunHeader? {
        if let stub = try? decoder.decode(Recovered.self, from: Data(record)), stub.recovered == true { return nil }
        let header = try decode(RunHeader.self, record, "the header")
        if let fault = HeaderBounds.fault(header.spec) { throw JournalFlaw.error("the header", fault) }
        self.header = header
        return header
    }

    /// An entry after the header.
    package mutating func decode(_ record: [UInt8]) throws(JournalError) -> JournalEntry {
        if record.starts(with: Self.eventPrefix) {
            let stamped = try decode(Stamped.self, record, "a record")
            if case .restored(let state, _) = stamped.event { try check(state) }
            return .event(stamped.event, at: stamped.at)
        }
        let line: RecordedLine
        do {
            line = try windows.read(line: record)
        } catch {
            throw JournalFlaw.error("a record", "its window is damaged at column \(error.column)")
        }
        guard case .window(_, let window) = line else {
            throw JournalFlaw.error("a record", "it is neither an event nor a window")
        }
        return .window(window)
    }

    /// A state is gone on with: damage that leaves it readable must not trap whoever does.
    private func check(_ state: RunState) throws(JournalError) {
        let fault: String?
        if let header {
            let areNumbersUsable = { StoredNumbers.areUsable(state, encoder) }
            fault = state.fault(for: header) ?? (areNumbersUsable() ? nil : "a count is out of range")
        } else {
            fault = "it comes before the header"
        }
        if let fault { throw JournalFlaw.error("a record", fault) }
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type,
        _ record: [UInt8],
        _ what: String
    ) throws(JournalError) -> Value {
        do {
            return try decoder.decode(type, from: Data(record))
        } catch {
            throw JournalFlaw.error(what, JournalFlaw.words(error))
        }
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
