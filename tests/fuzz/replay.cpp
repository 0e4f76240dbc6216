// Runs a target without libFuzzer, so that it builds with any compiler and runs with all tests:
//     fuzz_NAME CORPUS.tfrecord LAST     every input of a corpus, and some thousand mutations, the same in every run
//     fuzz_NAME FILE                     one input, such as LAST, where the one at hand is kept for crashes
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include "ground/error.hpp"
#include "harness.hpp"
#include "random.hpp"
#include "wire/record.hpp"

namespace {

using fuzz::Bytes;

constexpr int mutations = 4000;
constexpr std::size_t longest = 1024;

Bytes contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    HOLDS(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Bytes> corpus_of(const Bytes& file) {
    colonnade::record::Batch batch;
    colonnade::record::Taken taken;
    HOLDS(!batch.take(file, SIZE_MAX, true, taken) && taken.consumed == file.size());
    const auto records = batch.size();
    HOLDS(records > 0);
    const auto gathered = batch.hand_over();
    const auto* offsets = gathered.offsets.as<std::int64_t>();
    const auto* data = gathered.data.as<std::uint8_t>();
    std::vector<Bytes> inputs;
    for (std::size_t i = 0; i < records; ++i) inputs.emplace_back(data + offsets[i], data + offsets[i + 1]);
    return inputs;
}

void mutate(Bytes& input, const std::vector<Bytes>& corpus, Random& random) {
    const auto place = [&] { return input.begin() + static_cast<std::ptrdiff_t>(random.below(input.size() + 1)); };
    const auto& other = corpus[random.below(corpus.size())];
    switch (random.below(5)) {
        case 0: input.insert(place(), random.byte()); break;
        case 1: input.erase(place(), input.end()); break;
        case 2: {
            const auto from = random.below(other.size() + 1);
            const auto to = from + random.below(other.size() - from + 1);
            const auto signed_from = static_cast<std::ptrdiff_t>(from);
            input.insert(place(), other.begin() + signed_from, other.begin() + static_cast<std::ptrdiff_t>(to));
            break;
        }
        case 3:
            if (!input.empty()) input.erase(input.begin() + static_cast<std::ptrdiff_t>(random.below(input.size())));
            break;
        default:
            if (!input.empty()) input[random.below(input.size())] = random.byte();
    }
    input.resize(std::min(input.size(), longest));
}

// The input at hand, in one file that stays open.
class Last {
public:
    explicit Last(const char* path) : file_(std::fopen(path, "wb")) { HOLDS(file_ != nullptr); }
    ~Last() { std::fclose(file_); }
    Last(const Last&) = delete;

    void keep(const Bytes& input) {
        std::rewind(file_);
        HOLDS(std::fwrite(input.data(), 1, input.size(), file_) == input.size() && std::fflush(file_) == 0);
        HOLDS(ftruncate(fileno(file_), static_cast<off_t>(input.size())) == 0);
    }

private:
    std::FILE* file_;
};

}  // namespace

int main(int count, char** arguments) {
    HOLDS(count == 2 || count == 3);
    const auto file = contents(arguments[1]);
    if (count == 2) return LLVMFuzzerTestOneInput(file.data(), file.size());
    const auto corpus = corpus_of(file);
    Last last(arguments[2]);
    const auto run = [&](const Bytes& input) {
        last.keep(input);
        LLVMFuzzerTestOneInput(input.data(), input.size());
    };
    for (const auto& input : corpus) run(input);
    Random random(20260101);
    for (int i = 0; i < mutations; ++i) {
        auto input = corpus[random.below(corpus.size())];
        for (auto changes = 1 + random.below(4); changes > 0; --changes) mutate(input, corpus, random);
        run(input);
    }
    std::printf("%zu inputs and %d mutations\n", corpus.size(), mutations);
}
