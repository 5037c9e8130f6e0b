package import CanaryCore
import FoundationEssentials

/// Turns what somebody else needs to go on with a run into the bytes that are kept in the cluster, and back.
///
/// One zstd frame of JSON. What is read from the cluster is anybody's: its sizes are bounded before anything is allocated for it, and
/// a state that could trap or hang whoever goes on with it is refused. What its evidence says has to be believed.
package struct SnapshotCodec {
    private let limits: SnapshotLimits
    private let encoder = JSONForm.encoder()
    private let decoder = JSONForm.decoder()

    package init(limits: SnapshotLimits = SnapshotLimits()) {
        self.limits = limits
    }

    /// The bytes of a snapshot.
    ///
    /// Before the first comparison the history that was watched may be larger than there is room for: then its newest part is kept, as
    /// `RunState.trimmed` says. A service of 60 pods a side fits with half an hour of it, and every later state fits.
    ///
    /// - Throws: `.tooLarge` for a service of many thousand pods.
    package func encode(_ snapshot: EngineSnapshot) throws(SnapshotError) -> [UInt8] {
        var historyNumbers = min(snapshot.state.historyNumbers, Self.historyNumbers)
        while true {
            var kept = snapshot
            kept.state = snapshot.state.trimmed(historyNumbers: historyNumbers)
            let json: [UInt8]
            do {
                json = Array(try encoder.encode(kept))
            } catch {
                throw SnapshotError(.failed, "the state of \(name(snapshot)) cannot be written", cause: "\(error)")
            }
            if json.count <= limits.bytes {
                let stored = try compressed(json, snapshot)
                if stored.count <= limits.storedBytes { return stored }
            }
            guard historyNumbers > 0 else {
                throw SnapshotError(
                    .tooLarge,
                    "the state of the run \(name(snapshot)) is \(json.count) bytes, more than can be kept in the cluster",
                    hint: "it has too many pods for that; another process cannot go on with it and falls back instead"
                )
            }
            historyNumbers = historyNumbers > Self.leastHistoryNumbers ? historyNumbers / 2 : 0
        }
    }

    /// The snapshot that these bytes hold.
    ///
    /// - Throws: `.otherSchema` and `.otherEngine` if another Haldane wrote it, before the rest of it is looked at.
    package func decode(_ stored: [UInt8]) throws(SnapshotError) -> EngineSnapshot {
        try decode(json: try json(stored))
    }

    /// The JSON of these bytes, not looked at any further; for people too.
    package func json(_ stored: [UInt8]) throws(SnapshotError) -> [UInt8] {
        guard stored.count <= limits.storedBytes else {
            throw SnapshotError(
                .tooLarge,
                "the snapshot is \(stored.count) bytes, and the limit is \(limits.storedBytes)"
            )
        }
        return try expanded(stored)
    }

    /// The snapshot of this JSON.
    package func decode(json: [UInt8]) throws(SnapshotError) -> EngineSnapshot {
        guard json.count <= limits.bytes else {
            throw SnapshotError(.tooLarge, "the snapshot holds \(json.count) bytes, and the limit is \(limits.bytes)")
        }
        guard Self.depth(json) <= limits.depth else { throw corrupt("it is nested too deeply") }
        let mark = try decode(Mark.self, json)
        guard mark.schema == EngineSnapshot.schema else {
            throw SnapshotError(
                .otherSchema,
                "the snapshot is of another format than \(EngineSnapshot.schema)",
                hint: "go on with the run with the Haldane that began it"
            )
        }
        let engine = mark.header.engine ?? 1
        guard engine == EngineVersion.current else {
            throw SnapshotError(
                .otherEngine(engine),
                "the run is judged by version \(engine) of the statistics, and this Haldane has version "
                    + "\(EngineVersion.current)",
                hint: "go on with it with the Haldane that began it; any other cannot keep its chances of error"
            )
        }
        let snapshot = try decode(EngineSnapshot.self, json)
        if let fault = HeaderBounds.fault(snapshot.header.spec) ?? snapshot.state.fault(for: snapshot.header) {
            throw corrupt(fault)
        }
        guard StoredNumbers.areUsable(snapshot, encoder) else { throw corrupt("a count is out of range") }
        return snapshot
    }

    // MARK: Frames

    private func compressed(_ json: [UInt8], _ snapshot: EngineSnapshot) throws(SnapshotError) -> [UInt8] {
        do {
            var compressor = try Compressor()
            return try compressor.makeFrame(json)
        } catch {
            throw SnapshotError(.failed, "the state of \(name(snapshot)) cannot be compressed", cause: error.text)
        }
    }

    private func expanded(_ stored: [UInt8]) throws(SnapshotError) -> [UInt8] {
        guard case .header(let header) = FrameHeader.read(stored.prefix(FrameHeader.longestBytes)) else {
            throw corrupt("it does not begin as one does")
        }
        guard let bytes = Int(exactly: header.contentBytes), bytes <= limits.bytes else {
            throw SnapshotError(
                .tooLarge,
                "the snapshot holds \(header.contentBytes) bytes, and the limit is \(limits.bytes)"
            )
        }
        do {
            return try Self.expand(stored, to: bytes)
        } catch {
            throw corrupt(error.text)
        }
    }

    /// The content of one frame that says to be of so many bytes.
    private static func expand(_ stored: [UInt8], to bytes: Int) throws(ZstdFailure) -> [UInt8] {
        var decompressor = try Decompressor()
        var content = [UInt8](repeating: 0, count: bytes)
        var (position, filled) = (0, 0)
        while true {
            let before = (position, filled)
            let step = try decompressor.expand(
                stored,
                in: position..<stored.count,
                into: &content,
                filled: &filled,
                capacity: bytes
            )
            position += step.taken
            if step.isComplete { break }
            guard (position, filled) != before else { throw ZstdFailure(text: "it is cut off") }
        }
        guard position == stored.count, filled == bytes else { throw ZstdFailure(text: "its length is wrong") }
        return content
    }

    // MARK: JSON

    private func decode<Value: Decodable>(_ type: Value.Type, _ json: [UInt8]) throws(SnapshotError) -> Value {
        do {
            return try decoder.decode(type, from: Data(json))
        } catch {
            throw corrupt(JournalFlaw.words(error))
        }
    }

    /// How deep brackets are nested, those in texts aside.
    private static func depth(_ json: [UInt8]) -> Int {
        var (depth, deepest) = (0, 0)
        var isInText = false
        var isEscaped = false
        for byte in json {
            if isInText {
                if !isEscaped, byte == UInt8(ascii: "\"") { isInText = false }
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
        }
        return deepest
    }

    private func corrupt(_ cause: String) -> SnapshotError {
        SnapshotError(
            .corrupt,
            "the snapshot cannot be gone on with",
            cause: cause,
            hint: "it was damaged or changed by hand; the run can be rolled back, not continued"
        )
    }

    private func name(_ snapshot: EngineSnapshot) -> String {
        "\(snapshot.header.spec.namespace)/\(snapshot.header.spec.name)"
    }

    /// What has to be right before the rest can be.
    private struct Mark: Decodable {
        struct Header: Decodable {
            var engine: Int?
        }

        var schema: String
        var header: Header
    }

    /// Of the history before the first comparison: about 1.2 MB of JSON, 40,000 pod windows.
    private static let historyNumbers = 600_000
    /// Less than this is not worth the trouble.
    private static let leastHistoryNumbers = 200
}
