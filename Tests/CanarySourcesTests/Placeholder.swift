import Testing

@Suite struct CanarySourcesPlaceholderTests {
    @Test("placeholder") func x() { #expect(Bool(true)) }
}
