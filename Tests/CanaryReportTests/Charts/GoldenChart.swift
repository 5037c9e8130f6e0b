import Foundation
import Testing

/// Pictures kept in `Golden/Charts`. `HALDANE_UPDATE_GOLDEN=1` rewrites them; the difference is then looked at in a browser.
enum GoldenChart {
    static func check(_ text: String, _ name: String) throws {
        let tests = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = tests.appending(path: "Golden/Charts").appending(path: name)
        if ProcessInfo.processInfo.environment["HALDANE_UPDATE_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: path)
            return
        }
        let expected = try String(contentsOf: path, encoding: .utf8)
        let differing = zip(text.split(separator: "\n"), expected.split(separator: "\n")).first { $0 != $1 }
        let isSame = text == expected
        #expect(isSame, "\(name) differs, first at: \(differing.map { "\($0)" } ?? "its end")")
    }
}
