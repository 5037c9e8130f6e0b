import CanaryYAML
import Foundation
import Glibc
import Synchronization

/// A real Chromium without a window, driven over its debugging pipe.
///
/// ```swift
/// let browser = try await Browser.start()
/// let page = try await browser.open("file:///tmp/report.html", width: 320, scheme: .dark)
/// #expect(try await page.consoleMessages.isEmpty)
/// try await browser.stop()
/// ```
///
/// `stop` ends it; without, it ends with the last reference to it and its pages. Every call has a deadline.
package final class Browser: Sendable {
    /// What `prefers-color-scheme` answers.
    package enum Scheme: String, Sendable {
        case light
        case dark
    }

    package enum Media: String, Sendable {
        case screen
        case print
    }

    private let tools: Mutex<DevTools?>
    private let folder: Folder

    /// Starts one with a profile of its own, and waits until it answers.
    package static func start() async throws -> Browser {
        try await ServerProcess.onThread { try Browser() }
    }

    private init() throws {
        let folder = try Folder()
        let pipe = try DebuggingPipe(Self.executable(), Self.options(folder), log: folder.path + "/log")
        var tools = DevTools(pipe)
        do {
            _ = try tools.call("Browser.getVersion", seconds: 60)
        } catch {
            throw ServerProcess.Failure("\(error)\n\(folder.log.suffix(3000))")
        }
        self.tools = Mutex(consume tools)
        self.folder = folder
    }

    /// Opens an address and waits until it has loaded.
    ///
    /// - Parameters:
    ///   - width: of the window's inside, in CSS pixels; a scroll bar takes none of it.
    ///   - hasScript: whether scripts of the page may run.
    package func open(
        _ url: String,
        width: Int = 1200,
        height: Int = 900,
        scheme: Scheme = .light,
        media: Media = .screen,
        hasScript: Bool = true
    ) async throws -> BrowserPage {
        let (target, session) = try await use { tools in
            let made = try tools.call("Target.createTarget", ["url": "about:blank"])
            guard let target = made["targetId"]?.string else {
                throw ServerProcess.Failure("the browser opened no page")
            }
            let attached = try tools.call("Target.attachToTarget", ["targetId": .string(target), "flatten": true])
            guard let session = attached["sessionId"]?.string else {
                throw ServerProcess.Failure("the browser opened no session")
            }
            for domain in ["Page", "Runtime", "Log", "Network", "Accessibility"] {
                _ = try tools.call("\(domain).enable", session: session)
            }
            _ = try tools.call("Page.setLifecycleEventsEnabled", ["enabled": true], session: session)
            _ = try tools.call(
                "Emulation.setScriptExecutionDisabled",
                ["value": .bool(!hasScript)],
                session: session
            )
            return (target, session)
        }
        let page = BrowserPage(browser: self, target: target, session: session)
        try await page.show(width: width, height: height, scheme: scheme, media: media)
        try await use { tools in
            let answer = try tools.call("Page.navigate", ["url": .string(url)], session: session)
            if let error = answer["errorText"]?.string { throw ServerProcess.Failure("\(url): \(error)") }
            guard let loader = answer["loaderId"]?.string else { return }
            try tools.wait(for: "Page.lifecycleEvent", session: session) {
                $0["loaderId"]?.string == loader && $0["name"]?.string == "load"
            }
        }
        return page
    }

    /// Opens a file.
    package func open(
        file path: String,
        width: Int = 1200,
        height: Int = 900,
        scheme: Scheme = .light,
        media: Media = .screen
    ) async throws -> BrowserPage {
        let url = URL(filePath: path).absoluteString
        return try await open(url, width: width, height: height, scheme: scheme, media: media)
    }

    /// Ends it and removes what it left behind.
    package func stop() async throws {
        try await ServerProcess.onThread { [self] in
            tools.withLock { $0 = nil }
            folder.remove()
        }
    }

    // MARK: For pages

    /// Talks to the browser, one at a time, on a thread of its own.
    func use<T: Sendable>(_ body: @escaping @Sendable (inout DevTools) throws -> T) async throws -> T {
        try await ServerProcess.onThread { [self] in
            try tools.withLock { tools in
                guard var live = tools.take() else { throw ServerProcess.Failure("the browser was stopped") }
                do {
                    let result = try body(&live)
                    tools = consume live
                    return result
                } catch {
                    tools = consume live
                    throw error
                }
            }
        }
    }

    // MARK: Helpers

    private static func executable() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let folders = (environment["PATH"] ?? "/usr/bin").split(separator: ":").map(String.init)
        let candidates = [environment["CHROMIUM"]].compactMap { $0 } + folders.map { "\($0)/chromium" }
        guard let found = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw ServerProcess.Failure(
                "there is no chromium; run 'make setup' (Debian package chromium) or set CHROMIUM"
            )
        }
        return found
    }

    /// Tests run as root in containers with a small /dev/shm, where the sandbox cannot work; it asks the network for nothing by
    /// itself.
    private static func options(_ folder: Folder) -> [String] {
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe",
            "--user-data-dir=\(folder.path)/profile", "--no-first-run", "--no-default-browser-check",
            "--disable-background-networking", "--disable-component-update", "--disable-default-apps",
            "--disable-extensions", "--disable-breakpad", "--disable-crash-reporter",
            "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb",
            "--font-render-hinting=none", "about:blank",
        ]
    }

    /// Its profile and log, removed after it.
    private final class Folder: Sendable {
        let path: String

        init() throws {
            path = FileManager.default.temporaryDirectory.path + "/haldane-chromium-" + UUID().uuidString
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }

        deinit { remove() }

        /// Blocks the thread until its processes, which were killed, have stopped writing there.
        func remove() {
            for _ in 0..<50 {
                // What cannot be removed is left to the system's own cleaning.
                try? FileManager.default.removeItem(atPath: path)
                usleep(10_000)
                if !FileManager.default.fileExists(atPath: path) { return }
            }
        }

        var log: String {
            FileManager.default.contents(atPath: path + "/log").map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
    }
}
