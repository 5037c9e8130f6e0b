import CanaryTestKit
import Foundation
import Testing

/// Reports of real demo runs in a real browser.
@Suite(.serialized) struct ReportPageTests {
    @Test(
        "a report opens without a message or a request, fits every width, and tells its numbers to those who cannot see"
    )
    func opens() async throws {
        let folder = try TestFolder()
        let run = try await Patience.blocking {
            try Haldane.run(
                [
                    "demo", "--scenario", "errors", "--speed", "0", "--quiet", "--directory", folder.file("demo"),
                    "--set", "pace.history=5m",
                    "--report", "report.html",
                ],
                in: folder
            )
        }
        #expect(run.ending == .exited(2))
        #expect(run.talk.contains("report: report.html"))
        let browser = try await Browser.start()
        let pictures = try Pictures()

        let page = try await browser.open(file: folder.file("report.html"))
        try await expectAccessible(page)
        var shots: [String: [UInt8]] = [:]
        for (name, width, scheme, media) in Self.looks {
            try await page.show(width: width, scheme: scheme, media: media)
            let shot = try await page.screenshot(isWhole: name == "light")
            shots[name] = shot
            try pictures.keep(shot, as: "report-\(name).png")
            #expect(try await page.fitsWidth, "\(name)")
        }
        #expect(try await page.consoleMessages == [])
        #expect(try await page.requests.count == 1)
        #expect(try await page.pdf().starts(with: Array("%PDF".utf8)))
        try await browser.stop()

        #expect(Set(shots.values).count == Self.looks.count)
    }

    private static let looks: [(String, Int, Browser.Scheme, Browser.Media)] = [
        ("light", 1200, .light, .screen), ("dark", 1200, .dark, .screen), ("tablet", 768, .light, .screen),
        ("narrow", 320, .light, .screen), ("print", 700, .light, .print),
    ]

    /// Headings, pictures with names, and the tables behind them once they are unfolded.
    private func expectAccessible(_ page: BrowserPage) async throws {
        let closed = try await page.accessibilityTree()
        let headings = closed.filter { $0.role == "heading" }.map(\.name)
        #expect(headings.first == "v2 was rolled back")
        #expect(headings.contains("How strong is the evidence?"))
        #expect(closed.contains { $0.role == "main" } && closed.contains { $0.role == "navigation" })
        let pictures = closed.filter { ["image", "img", "graphics-document"].contains($0.role) && !$0.name.isEmpty }
        #expect(pictures.contains { $0.name.contains("Evidence that v2 is worse") }, "\(pictures.map(\.name))")

        _ = try await page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        let open = try await page.accessibilityTree()
        let tables = open.filter { $0.role == "table" }.map(\.name)
        #expect(tables.count > closed.count { $0.role == "table" } + 5)
        #expect(open.contains { $0.role == "cell" && $0.name.hasSuffix(" : 1") })
        #expect(try await page.fitsWidth)
        _ = try await page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = false })")
    }
}

/// Where pictures are kept for people to look at; nothing in a test compares them with others.
private struct Pictures {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/haldane-pictures"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    func keep(_ picture: [UInt8], as name: String) throws {
        try Data(picture).write(to: URL(filePath: folder + "/" + name), options: .atomic)
    }
}
