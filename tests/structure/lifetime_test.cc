// A view into a temporary would outlive what it looks at: it must not compile. Overload resolution sees a deleted
// function as an invalid expression, so a concept can say so here and the rest of the program still compiles.
#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>

#include "base/mapped_file.h"
#include "limn/result.h"
#include "limn/watch.h"
#include "math/mat.h"
#include "task/pipeline.h"

namespace limn {
namespace {

template <class T>
concept has_view = requires(T&& owner) {
  std::forward<T>(owner).view();
};
template <class T>
concept has_bytes = requires(T&& owner) {
  std::forward<T>(owner).bytes();
};
template <class T, class V>
concept converts = requires(T&& owner, void (&take)(V)) {
  take(std::forward<T>(owner));
};

TEST(Lifetime, AViewOfAMatrixNeedsAMatrixThatLives) {
  EXPECT_TRUE(has_view<Mat&>);
  EXPECT_TRUE(has_view<const Mat&>);
  EXPECT_FALSE(has_view<Mat>);
  EXPECT_TRUE((converts<Mat&, View>));
  EXPECT_TRUE((converts<const Mat&, ConstView>));
  EXPECT_FALSE((converts<Mat, View>));
  EXPECT_FALSE((converts<Mat, ConstView>));
}

TEST(Lifetime, TheBytesOfAMappedFileNeedAFileThatLives) {
  EXPECT_TRUE(has_bytes<MappedFile&>);
  EXPECT_TRUE(has_bytes<const MappedFile&>);
  EXPECT_FALSE(has_bytes<MappedFile>);
}

template <class T>
concept can_encode = requires(const T& pipeline) {
  pipeline.encoder(Watch());
};
template <class T>
concept has_arrow = requires(T&& owner) {
  std::forward<T>(owner).operator->();
};

TEST(Lifetime, AReferenceIntoAResultNeedsAResultThatLives) {
  using Texts = Result<std::string>;
  EXPECT_TRUE(has_arrow<Texts&>);
  EXPECT_TRUE(has_arrow<const Texts&>);
  EXPECT_FALSE(has_arrow<Texts>);
  // Of a temporary they are values, which live as long as what they are kept in.
  EXPECT_FALSE(std::is_reference_v<decltype(std::declval<Texts>().value())>);
  EXPECT_FALSE(std::is_reference_v<decltype(*std::declval<Texts>())>);
  EXPECT_FALSE(std::is_reference_v<decltype(std::declval<Texts>().error())>);
}

TEST(Lifetime, AnEncoderNeedsAWatchThatLives) { EXPECT_FALSE((can_encode<Pipeline>)); }

TEST(Lifetime, AConstViewDoesNotBecomeAView) {
  EXPECT_TRUE((converts<View, ConstView>));
  EXPECT_FALSE((converts<ConstView, View>));
  EXPECT_FALSE((converts<const Mat&, View>));
}

}  // namespace
}  // namespace limn
