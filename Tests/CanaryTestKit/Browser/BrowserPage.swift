package import CanaryYAML
import Foundation
import Glibc

/// A page that a browser shows, until it is closed or the browser ends.
package final class BrowserPage: Sendable {
    /// A thing that assistive technology is told of.
    package struct AccessibleNode: Sendable, Hashable {
        /// `heading`, `image`, `table`, `cell`, `StaticText`, …
        package var role: String
        package var name: String
        package var description: String
    }

    private let browser: Browser
    private let target: String
    private let session: String

    init(browser: Browser, target: String, session: String) {
        self.browser = browser
        self.target = target
        self.session = session
    }

    /// Shows it anew in another size, scheme or medium, without loading it again.
    package func show(width: Int, height: Int = 900, scheme: Browser.Scheme, media: Browser.Media) async throws {
        let session = session
        try await browser.use { tools in
            let size: JSONValue = [
                "width": .integer(Int64(width)), "height": .integer(Int64(height)), "deviceScaleFactor": 1,
                "mobile": false,
            ]
            _ = try tools.call("Emulation.setDeviceMetricsOverride", size, session: session)
            let feature: JSONValue = ["name": "prefers-color-scheme", "value": .string(scheme.rawValue)]
            let look: JSONValue = ["media": .string(media.rawValue), "features": [feature]]
            _ = try tools.call("Emulation.setEmulatedMedia", look, session: session)
        }
    }

    /// Console messages, exceptions and the browser's own complaints since the page was opened.
    package var consoleMessages: [String] {
        get async throws {
            try await events.compactMap { event in
                let told = event.parameters
                switch event.method {
                case "Runtime.consoleAPICalled":
                    let words = (told["args"]?.items ?? []).map {
                        $0["value"].map(Self.text) ?? $0["description"]?.string ?? "?"
                    }
                    return "\(told["type"]?.string ?? "log"): \(words.joined(separator: " "))"
                case "Runtime.exceptionThrown":
                    let details = told["exceptionDetails"]
                    let words = details?["exception"]?["description"]?.string ?? details?["text"]?.string ?? "?"
                    return "exception: \(words)"
                case "Log.entryAdded":
                    let entry = told["entry"]
                    return "\(entry?["level"]?.string ?? "log"): \(entry?["text"]?.string ?? "?")"
                default:
                    return nil
                }
            }
        }
    }

    /// The address of everything that was fetched since the page was opened, the page itself first.
    package var requests: [String] {
        get async throws {
            try await events.compactMap { event in
                guard event.method == "Network.requestWillBeSent" else { return nil }
                return event.parameters["request"]?["url"]?.string
            }
        }
    }

    /// What a script in the page gives; it may be a promise.
    package func evaluate(_ script: String, seconds: Double = 20) async throws -> JSONValue {
        let session = session
        return try await browser.use { tools in
            let call: JSONValue = [
                "expression": .string(script), "returnByValue": true, "awaitPromise": true,
            ]
            let answer = try tools.call("Runtime.evaluate", call, session: session, seconds: seconds)
            if let exception = answer["exceptionDetails"] {
                let words = exception["exception"]?["description"]?.string ?? exception["text"]?.string ?? "?"
                throw ServerProcess.Failure("\(script): \(words)")
            }
            return answer["result"]?["value"] ?? .null
        }
    }

    /// Asks until a script gives true.
    ///
    /// - Throws: if the time is up before.
    package func wait(until script: String, seconds: Double = 20) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while try await evaluate(script) != .bool(true) {
            guard ContinuousClock.now < deadline else {
                throw ServerProcess.Failure("not true within \(seconds) s: \(script)")
            }
            try await ServerProcess.onThread { _ = usleep(20_000) }
        }
    }

    /// Whether nothing is wider than the window.
    package var fitsWidth: Bool {
        get async throws {
            try await evaluate("document.documentElement.scrollWidth <= window.innerWidth") == .bool(true)
        }
    }

    /// Every node that assistive technology is told of, in the order of the page.
    package func accessibilityTree() async throws -> [AccessibleNode] {
        let session = session
        let answer = try await browser.use { tools in
            try tools.call("Accessibility.getFullAXTree", session: session, seconds: 60)
        }
        return (answer["nodes"]?.items ?? []).compactMap { node in
            guard node["ignored"]?.bool != true else { return nil }
            func text(_ key: String) -> String { node[key]?["value"].map(Self.text) ?? "" }
            return AccessibleNode(role: text("role"), name: text("name"), description: text("description"))
        }
    }

    /// The whole page as a PNG, or only what the window shows.
    package func screenshot(isWhole: Bool = true) async throws -> [UInt8] {
        let session = session
        let answer = try await browser.use { tools in
            let call: JSONValue = ["format": "png", "captureBeyondViewport": .bool(isWhole)]
            guard isWhole, var members = call.members else {
                return try tools.call("Page.captureScreenshot", call, session: session, seconds: 60)
            }
            let size = try tools.call("Page.getLayoutMetrics", session: session)["cssContentSize"]
            members["clip"] = [
                "x": 0, "y": 0, "width": size?["width"] ?? 800, "height": size?["height"] ?? 600, "scale": 1,
            ]
            return try tools.call("Page.captureScreenshot", .object(members), session: session, seconds: 60)
        }
        return try Self.data(answer)
    }

    /// The page as it is printed on A4.
    package func pdf() async throws -> [UInt8] {
        let session = session
        let answer = try await browser.use { tools in
            let call: JSONValue = ["preferCSSPageSize": true, "printBackground": true]
            return try tools.call("Page.printToPDF", call, session: session, seconds: 60)
        }
        return try Self.data(answer)
    }

    /// Closes it; nothing is asked of it afterwards.
    package func close() async throws {
        let (target, session) = (target, session)
        try await browser.use { tools in
            _ = try tools.call("Target.closeTarget", ["targetId": .string(target)])
            tools.forget(session)
        }
    }

    // MARK: Helpers

    /// Asking for something first collects what was told meanwhile.
    private var events: [DevTools.Event] {
        get async throws {
            let session = session
            return try await browser.use { tools in
                _ = try tools.call("Page.getLayoutMetrics", session: session)
                return tools.events(of: session)
            }
        }
    }

    private static func text(_ value: JSONValue) -> String {
        value.string ?? String(decoding: JSONText.bytes(of: value), as: UTF8.self)
    }

    private static func data(_ answer: JSONValue) throws -> [UInt8] {
        guard let text = answer["data"]?.string, let data = Data(base64Encoded: text) else {
            throw ServerProcess.Failure("the browser gave no picture")
        }
        return Array(data)
    }
}
