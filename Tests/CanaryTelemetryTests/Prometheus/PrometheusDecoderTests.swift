import CanaryTelemetry
import Testing

@Suite("PrometheusDecoder")
struct PrometheusDecoderTests {
    private static func read(_ text: String) throws -> PrometheusAnswer { try PrometheusAnswer(Array(text.utf8)) }

    private static let matrix = #"""
        {"status":"success","data":{"resultType":"matrix","result":[
          {"metric":{"__name__":"up","pod":"a\"b\\c\nd\u00e9\ud83d\ude00","k8s.x_y":"z","le":"+Inf"},
           "values":[[1795398502.994,"12"],[1795398507.994,"NaN"],[1795398512,"+Inf"],[1.5e3,"-1.25e-3"],[-2,"-Inf"]]},
          {"values":[],"metric":{}}
        ],"stats":{"timings":[1,2,{"x":null}]}},"warnings":["PromQL warning: x","store a is down"],"infos":["i"],
        "isPartial":false,"extra":[true,false,null,"\"",1e5,{}]}
        """#

    @Test("a matrix gives labels as an exposition, times in milliseconds and every kind of number")
    func matrix() throws {
        let answer = try Self.read(Self.matrix)

        #expect(answer.summary.resultType == .matrix)
        #expect(answer.summary.series == 2)
        #expect(answer.summary.samples == 5)
        #expect(answer.summary.warnings == ["PromQL warning: x", "store a is down"])
        #expect(answer.summary.partialWarnings == ["store a is down"])
        #expect(answer.summary.infos == ["i"])
        let first = answer.series[0]
        #expect(first.text == #"{__name__="up",U__k8s_2e_x__y="z",le="+Inf",pod="a\"b\\c\ndé😀"}"#)
        #expect(first.label("pod") == "a\"b\\c\ndé😀")
        #expect(first.labels.map(\.name) == ["__name__", "U__k8s_2e_x__y", "le", "pod"])
        #expect(first.times == [1_795_398_502_994, 1_795_398_507_994, 1_795_398_512_000, 1_500_000, -2000])
        #expect(first.values[0] == 12)
        #expect(first.values[1].isNaN)
        #expect(first.values[2] == .infinity)
        #expect(first.values[3] == -0.00125)
        #expect(first.values[4] == -.infinity)
        #expect(answer.series[1] == PrometheusSeries())
    }

    @Test("a vector, a scalar and a string are told apart")
    func kinds() throws {
        let vector = try Self.read(
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"pod":"a"},"value":[1.001,"7"]}]}}"#
        )
        #expect(vector.series == [PrometheusSeries(labelText: Array(#"pod="a""#.utf8), times: [1001], values: [7])])
        #expect(vector.number == 7)

        let scalar = try Self.read(#"{"data":{"result":[2,"3.5"],"resultType":"scalar"},"status":"success"}"#)
        #expect(scalar.summary.single == PrometheusSummary.Single(time: 2000, text: "3.5"))
        #expect(scalar.number == 3.5)

        let string = try Self.read(#"{"status":"success","data":{"resultType":"string","result":[2,"a\tb"]}}"#)
        #expect(string.summary.resultType == .string)
        #expect(string.summary.single?.text == "a\tb")
        #expect(string.number == nil)

        let empty = try Self.read(#"{"status":"success","data":{"resultType":"vector","result":[]}}"#)
        #expect(empty.series.isEmpty)
        #expect(empty.summary.resultType == .vector)
    }

    @Test("an error keeps the server's own words")
    func error() throws {
        let answer = try Self.read(
            #"{"status":"error","errorType":"bad_data","error":"parse error: unexpected \"}\"","data":null}"#
        )

        #expect(!answer.summary.isSuccess)
        #expect(answer.summary.errorType == "bad_data")
        #expect(answer.summary.error == #"parse error: unexpected "}""#)
    }
}
