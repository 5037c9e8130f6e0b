import Foundation
import Glibc

/// Pages of the past as a server would have stored them: each line with its pod and the moment of its scrape, and `up`.
///
/// One thing differs from live scraping: a series that ends leaves no stale marker, as the import formats have none.
/// The pages are made when they are needed and never all kept.
package struct Backfill: Sendable {
    /// One round: what every pod showed at a moment.
    package struct Round: Sendable {
        /// Milliseconds since 1970.
        package var milliseconds: Int64
        package var pages: [(pod: String, page: [UInt8])]

        package init(milliseconds: Int64, pages: [(pod: String, page: [UInt8])]) {
            self.milliseconds = milliseconds
            self.pages = pages
        }
    }

    /// Families whose samples are kept, by the beginnings of their names; empty keeps all.
    package var families: [String]
    /// Labels beside `pod` and `instance`.
    package var labels: [String: String]
    private let rounds: @Sendable ((Round) throws -> Void) throws -> Void

    /// - Parameter rounds: hands out the rounds, oldest first.
    package init(
        families: [String] = Self.usual,
        labels: [String: String] = Self.usualLabels,
        rounds: @escaping @Sendable ((Round) throws -> Void) throws -> Void
    ) {
        self.families = families
        self.labels = labels
        self.rounds = rounds
    }

    /// Those rounds.
    package init(_ rounds: [Round], families: [String] = Self.usual, labels: [String: String] = Self.usualLabels) {
        self.init(families: families, labels: labels) { body in
            for round in rounds { try body(round) }
        }
    }

    /// What verdicts need.
    package static let usual = ["istio_request", "istio_build", "istio_agent_process_start", "process_start_time"]

    /// What a scrape of pods adds.
    package static let usualLabels = ["job": "mesh", "namespace": "test1"]

    /// Writes blocks that Prometheus takes as its data; blocks the thread.
    package func makeBlocks(in folder: String, from path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else {
            throw ServerProcess.Failure("cannot write \(path)")
        }
        defer { try? FileManager.default.removeItem(atPath: path) }
        try forEachPart(inSeconds: true) { try file.write(contentsOf: Data($0)) }
        try file.write(contentsOf: Data("# EOF\n".utf8))
        try file.close()
        let arguments = ["tsdb", "create-blocks-from", "openmetrics", path, folder]
        _ = try ServerProcess.output(of: "promtool", arguments, variable: "PROMTOOL", package: "prometheus")
    }

    /// Exposition lines in parts of some megabytes, with timestamps in milliseconds, or in seconds as OpenMetrics has them.
    package func forEachPart(inSeconds: Bool = false, _ body: ([UInt8]) throws -> Void) throws {
        var part: [UInt8] = []
        let extra = labels.sorted { $0.key < $1.key }.map { ",\($0.key)=\"\($0.value)\"" }.joined()
        try rounds { round in
            let moment = inSeconds ? Self.seconds(round.milliseconds) : String(round.milliseconds)
            for (pod, page) in round.pages {
                let labels = "pod=\"\(pod)\",instance=\"\(pod):15020\"\(extra)"
                part += Array("up{\(labels)} 1 \(moment)\n".utf8)
                append(page, Array(labels.utf8), Array(" \(moment)\n".utf8), to: &part)
            }
            if part.count > 4_000_000 {
                try body(part)
                part.removeAll(keepingCapacity: true)
            }
        }
        if !part.isEmpty { try body(part) }
    }

    // MARK: Lines

    /// Sample lines have the form `name{labels} value` or `name value`; comments are left out.
    private func append(_ page: [UInt8], _ labels: [UInt8], _ end: [UInt8], to part: inout [UInt8]) {
        let beginnings = families.map { Array($0.utf8) }
        part.reserveCapacity(part.count + page.count * 2)
        page.withUnsafeBytes { bytes in
            var position = 0
            while position < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
                let length = Self.offset(of: UInt8(ascii: "\n"), in: rest) ?? rest.count
                position += length + 1
                let line = UnsafeRawBufferPointer(rebasing: rest[..<length])
                guard let first = line.first, first != UInt8(ascii: "#"), Self.begins(line, beginnings) else {
                    continue
                }
                if let brace = Self.offset(of: UInt8(ascii: "{"), in: line) {
                    part.append(contentsOf: line[...brace])
                    part.append(contentsOf: labels)
                    let isEmpty = brace + 1 < line.count && line[brace + 1] == UInt8(ascii: "}")
                    if !isEmpty { part.append(UInt8(ascii: ",")) }
                    part.append(contentsOf: line[(brace + 1)...])
                } else if let space = Self.offset(of: UInt8(ascii: " "), in: line) {
                    part.append(contentsOf: line[..<space])
                    part.append(UInt8(ascii: "{"))
                    part.append(contentsOf: labels)
                    part.append(UInt8(ascii: "}"))
                    part.append(contentsOf: line[space...])
                } else {
                    continue
                }
                part.append(contentsOf: end)
            }
        }
    }

    private static func begins(_ line: UnsafeRawBufferPointer, _ beginnings: [[UInt8]]) -> Bool {
        beginnings.isEmpty || beginnings.contains { line.starts(with: $0) }
    }

    private static func offset(of byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = bytes.baseAddress, let found = memchr(start, Int32(byte), bytes.count) else { return nil }
        return UnsafeRawPointer(found) - start
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        let fraction = String(milliseconds % 1000 + 1000).dropFirst()
        return "\(milliseconds / 1000).\(fraction)"
    }
}
