import CanaryCore
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test("moments saturate at both ends")
    func saturation() {
        #expect(Timestamp(milliseconds: .max).advanced(by: .seconds(1)) == Timestamp(milliseconds: .max))
        #expect(Timestamp(milliseconds: .min).advanced(by: .seconds(-1)) == Timestamp(milliseconds: .min))
        #expect(Timestamp(milliseconds: .max).since(Timestamp(milliseconds: .min)) > .zero)
        #expect(Timestamp(milliseconds: .min).since(Timestamp(milliseconds: .max)) < .zero)
    }

    @Test("durations are milliseconds toward zero and seconds with their fraction")
    func durations() {
        #expect(Duration.microseconds(1999).wholeMilliseconds == 1)
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.milliseconds(2500).inSeconds == 2.5)
    }
}
