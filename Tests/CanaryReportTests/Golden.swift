import Foundation
import Testing

/// Texts that are kept beside the tests. `HALDANE_UPDATE_GOLDEN=1` rewrites them; the difference is then read in review.
enum Golden {
    static func check(_ text: String, _ name: String, file: StaticString = #filePath) throws {
        let folder = URL(filePath: "\(file)").deletingLastPathComponent().appending(path: "Golden")
        let path = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["HALDANE_UPDATE_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: path)
            return
        }
        let expected = try String(contentsOf: path, encoding: .utf8)
        let differing = zip(
            text.split(separator: "\n", omittingEmptySubsequences: false),
            expected.split(separator: "\n", omittingEmptySubsequences: false)
        )
        .first { $0 != $1 }
        #expect(text == expected, "\(name) differs, first at: \(differing.map { "\($0)" } ?? "its end")")
    }
}
