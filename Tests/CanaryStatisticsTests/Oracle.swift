import CanaryStatistics
import Foundation
import Testing

/// The oracle's data, read from this test bundle.
enum Oracle {
    struct Missing: Error {
        let what: String
    }

    /// All parts of `sequential.json` that concern this module.
    static func sequential() throws -> [String: Any] {
        let data = try Data(contentsOf: url("Fixtures/sequential.json"))
        guard let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw Missing(what: "sequential.json")
        }
        return object
    }

    /// One part of `sequential.json` that is a list of objects.
    static func cases(_ part: String) throws -> [[String: Any]] {
        guard let cases = try sequential()[part] as? [[String: Any]], !cases.isEmpty else { throw Missing(what: part) }
        return cases
    }

    /// The lines of a JSON Lines file in `windows/`.
    static func lines(_ name: String) throws -> [[String: Any]] {
        let text = try String(contentsOf: url("Fixtures/windows/\(name).jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
                throw Missing(what: name)
            }
            return object
        }
    }

    private static func url(_ path: String) -> URL {
        Bundle.module.bundleURL.appendingPathComponent(path)
    }
}

extension [String: Any] {
    func number(_ key: String) throws -> Double {
        if let number = self[key] as? NSNumber { return number.doubleValue }
        if self[key] as? String == "inf" { return .infinity }
        throw Oracle.Missing(what: key)
    }

    func numbers(_ key: String) throws -> [Double] {
        guard let list = self[key] as? [NSNumber] else { throw Oracle.Missing(what: key) }
        return list.map(\.doubleValue)
    }

    func rows(_ key: String) throws -> [[Double]] {
        guard let list = self[key] as? [[NSNumber]] else { throw Oracle.Missing(what: key) }
        return list.map { $0.map(\.doubleValue) }
    }

    func objects(_ key: String) throws -> [[String: Any]] {
        guard let list = self[key] as? [[String: Any]] else { throw Oracle.Missing(what: key) }
        return list
    }

    func text(_ key: String) throws -> String {
        guard let text = self[key] as? String else { throw Oracle.Missing(what: key) }
        return text
    }
}

/// True if two numbers agree to 1e-9, relative to the larger of one and the expected one.
func agrees(_ value: Double, _ expected: Double, tolerance: Double = 1e-9) -> Bool {
    value == expected || abs(value - expected) <= tolerance * max(1, abs(expected))
}

/// True if two lists agree number by number.
func agrees(_ values: [Double], _ expected: [Double], tolerance: Double = 1e-9) -> Bool {
    values.count == expected.count && zip(values, expected).allSatisfy { agrees($0, $1, tolerance: tolerance) }
}
