import CanaryCore
import CanaryYAML
import Testing

@Suite("PolicyDocument")
struct PolicyDocumentTests {
    static let full = """
        apiVersion: haldane.dev/v1
        kind: CanaryPolicy
        metadata: { name: default, namespace: haldane-system }
        spec:
          windows:
          - { days: [mon-thu, sat], from: "09:00", to: "16:30", timeZone: Europe/Berlin }
          - { days: [fri], from: "22:00", to: "2:00", timeZone: Europe/Berlin }
          maxConcurrent: 20
          freeze: { reason: "year end", until: 2026-12-27T08:00:00Z, by: alice }
          brakes: { rollbacks: 3, within: 15m }
          objective: { success: 99.9%, burnRate: 4, over: 10m }
          defaults:
            route: { accept: [gitOps] }
            telemetry: { profile: main }
            steps: [10%, 100%]
            notify: [{ profile: oncall }]
          profiles:
            main: { prometheus: { url: "http://prometheus:9090" } }
            team: { scrape: { pods: {} }, reporter: source }
            oncall: { webhook: "https://hooks.example.com/1", template: slack }
          grants: [{ from: "*", to: istio-system }]
          podsProxy: true

        """

    @Test("Every key is read")
    func keys() throws {
        let document = try PolicyDocument.decode(text: Self.full, file: "policy.yaml")

        #expect(document.namespace == "haldane-system")
        #expect(
            document.policy.windows == [
                .init(
                    days: [.monday, .tuesday, .wednesday, .thursday, .saturday],
                    from: 540,
                    to: 990,
                    timeZone: "Europe/Berlin"
                ),
                .init(days: [.friday], from: 1320, to: 120, timeZone: "Europe/Berlin"),
            ]
        )
        #expect(document.policy.maxConcurrent == 20)
        #expect(
            document.policy.freeze
                == CanaryPolicy.Freeze(
                    reason: "year end",
                    until: Timestamp(iso8601: "2026-12-27T08:00:00Z"),
                    by: "alice"
                )
        )
        #expect(document.policy.brakes == CanaryPolicy.Brakes(rollbacks: 3, within: .seconds(900)))
        #expect(
            document.policy.objective
                == CanaryPolicy.StableObjective(success: 0.999, burnRate: 4, over: .seconds(600))
        )
        #expect(document.profileNames == ["main", "oncall", "team"])
        #expect(document.grants.map(\.to) == ["istio-system"])
        #expect(document.allowsPodsProxy && document.hasClusterKeys)
        #expect(PolicyDocument.isMeant(by: Self.full) && !PolicyDocument.isMeant(by: Specs.full))
    }

    @Test("An object of the API says the same as the text")
    func object() throws {
        let text = try PolicyDocument.decode(text: Self.full, file: "policy.yaml")
        let json = try YAMLText.parse(Self.full)

        let object = try PolicyDocument.decode(json)

        #expect(object.policy == text.policy && object.grants == text.grants)
        #expect(object.profileNames == text.profileNames)
        // Objects keep no order.
        func lines(_ document: PolicyDocument) -> [String] {
            document.effective.map { "\($0.path): \($0.value)" }.sorted()
        }
        #expect(lines(object) == lines(text))
    }

    @Test("Effective values have their places, and defaults are told as such")
    func effective() throws {
        let document = try SampleNamespace.policy("  brakes: { rollbacks: 2 }\n  defaults: { steps: [100%] }")

        func entry(_ path: String) -> String? {
            document.effective.first { $0.path == path }.map { "\($0.value) \($0.origin)" }
        }
        #expect(entry("brakes.rollbacks") == "2 policy.yaml:5")
        #expect(entry("brakes.within") == "10m default")
        #expect(entry("defaults.steps[0]") == "100% policy.yaml:6")
        #expect(entry("podsProxy") == "false default")
    }

    @Test(
        "A fault has a place and what was meant",
        arguments: [
            ("windows: [{ days: [mun], from: \"09:00\", to: \"17:00\" }]", "did you mean 'mon'?"),
            ("windows: [{ from: \"9\", to: \"17:00\" }]", "windows[0].from must be a time of day"),
            ("windows: [{ from: \"09:00\", to: \"25:00\" }]", "to must be a time of day from \"00:00\" to \"24:00\""),
            ("windows: [{ from: \"09:00\" }]", "windows[0].to is missing"),
            ("windows: [{ from: \"09:00\", to: \"09:00\" }]", "the whole day is from: \"00:00\", to: \"24:00\""),
            ("windows: [{ from: \"09:00\", to: \"17:00\", timeZone: Europe/Berln }]", "did you mean 'Europe/Berlin'?"),
            ("windows: [{ from: \"09:00\", to: \"17:00\", timeZone: New York }]", "did you mean 'America/New_York'?"),
            ("windows: []", "leave it out for always"),
            ("windows: [{ days: [mon, mon-tue], from: \"09:00\", to: \"17:00\" }]", "names mon a second time"),
            (
                "windows: [{ from: \"09:00\", to: \"17:00\" }, { days: [fri], from: \"08:00\", to: \"12:00\" }]",
                "windows[1] and windows[0] overlap on fri at 09:00"
            ),
            (
                "windows: [{ days: [sun], from: \"22:00\", to: \"03:00\" }, { days: [mon], from: \"01:00\", to: \"02:00\" }]",
                "overlap on mon at 01:00"
            ),
            ("maxConcurrent: 0", "to stop all releases write freeze"),
            ("maxConcurrent: many", "maxConcurrent must be a whole number"),
            ("freeze: { until: 2026-12-27T08:00:00Z }", "freeze.reason is missing"),
            ("freeze: { reason: x, until: 2026-12-27T08:00:00 }", "write 2026-12-27T08:00:00Z for UTC"),
            ("brakes: { within: 10m }", "brakes.rollbacks is missing"),
            ("brakes: { rollbacks: 3, within: 1s }", "brakes.within must be at least 1m"),
            ("objective: { success: 99.9 }", "write 99.9%"),
            ("objective: { success: 100% }", "objective.success must be above 0% and below 100%"),
            ("maxConcurent: 3", "did you mean 'maxConcurrent'?"),
            ("defaults: { stepps: [100%] }", "did you mean 'steps'?"),
            ("defaults: { steps: [50%, 10%] }", "steps must ascend"),
            ("defaults: { policy: { maxConcurrent: 1 } }", "unknown key 'policy' in defaults"),
            ("defaults: { route: { virtualService: x } }", "each canary has a route of its own"),
            ("profiles: { main: {} }", "profiles.main names no endpoint"),
            ("profiles: { main: { webhook: \"http://a\", reporter: source } }", "a webhook and telemetry"),
            ("profiles: { main: { prometheus: { delay: 1s } } }", "profiles.main.prometheus.url is missing"),
            ("profiles: { Main: { webhook: \"http://a\" } }", "the name of a profile"),
            ("profiles: { main: { webhook: ftp } }", "must be a URL"),
            ("grants: [{ from: a }]", "grants[0].to is missing"),
            ("podsProxy: 1", "podsProxy must be true or false"),
        ]
    )
    func faults(line: String, words: String) throws {
        let error = #expect(throws: SpecError.self) { _ = try SampleNamespace.policy("  " + line) }

        let text = error?.description ?? ""
        #expect(text.contains(words), "\(text)")
        #expect(text.hasPrefix("policy.yaml:5:"), "\(text)")
        #expect(error?.diagnostics.count == 1, "\(text)")
    }

    @Test("Its name is default, and there is no other")
    func name() {
        let error = #expect(throws: SpecError.self) {
            try PolicyDocument.decode(["metadata": ["name": "mine", "namespace": "a"], "spec": [:]])
        }
        #expect(
            error?.description.hasPrefix(
                "CanaryPolicy a/mine: metadata.name: error: metadata.name of a CanaryPolicy must be 'default'"
            ) == true
        )
    }

    @Test("In an object of the cluster a variable is refused, because nothing would expand it")
    func variables() {
        let error = #expect(throws: SpecError.self) {
            try PolicyDocument.decode([
                "metadata": ["name": "default", "namespace": "a"],
                "spec": ["profiles": ["oncall": ["webhook": "${HOOK}"]]],
            ])
        }
        #expect(error?.summary.contains("spec.profiles.oncall.webhook: variables are never expanded") == true)
    }

    @Test("Policies of any shape are decoded or refused, and never trap", arguments: 0..<20)
    func shapes(seed: UInt64) {
        var random = SplitMix(state: seed)
        for _ in 0..<40 {
            let json: JSONValue = [
                "metadata": ["name": "default", "namespace": "a"], "spec": .random(depth: 4, using: &random),
            ]
            _ = try? PolicyDocument.decode(json)
            let canary: JSONValue = [
                "metadata": ["name": "demo4", "namespace": "test1"], "spec": .random(depth: 4, using: &random),
            ]
            _ = try? CanaryCascade.resolve(
                canary,
                cluster: nil,
                namespace: nil,
                facts: SampleNamespace.facts,
                trust: .object
            )
        }
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

extension JSONValue {
    private static let words =
        Set(SpecKeys.sections.values.flatMap(\.known) + PolicyKeys.sections.values.flatMap(\.known)).sorted()
    private static let values: [JSONValue] = [
        .null, true, 5, -1, "", "5%", "10s", "0.05pp", "${X}", "demo4-vs", "v1", "default", "mon-fri", "09:00",
        "Europe/Berlin", .number(1e300), .integer(.max), "\u{0}", "direct",
    ]

    /// A document of known keys in wrong and right places.
    fileprivate static func random(depth: Int, using random: inout some RandomNumberGenerator) -> JSONValue {
        switch depth == 0 ? 2 : Int.random(in: 0..<5, using: &random) {
        case 0, 3:
            return .object(
                Dictionary(
                    (0..<Int.random(in: 0..<6, using: &random)).map { _ in
                        (words.randomElement(using: &random) ?? "", .random(depth: depth - 1, using: &random))
                    }
                ) { $1 }
            )
        case 1:
            return .array(
                (0..<Int.random(in: 0..<3, using: &random)).map { _ in .random(depth: depth - 1, using: &random) }
            )
        default: return values.randomElement(using: &random) ?? .null
        }
    }
}
