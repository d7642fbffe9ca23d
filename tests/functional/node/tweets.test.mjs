// Run by: recproxy run --mode replay -- node --test tests/functional/node/tweets.test.mjs

import assert from "node:assert/strict";
import { test } from "node:test";
import { recorded } from "./recproxy.mjs";
import { post, read } from "./tweets.mjs";

test("a post is read", recorded({ twitter: "clients.rec" }, async () => {
  assert.equal(await read(20), "just setting up my twttr");
}));

test("a post is answered with its id", recorded({ twitter: "post.rec" }, async () => {
  assert.equal(await post("nerdy! https://bit.ly/eT3aUn"), "1522929456142245888");
}));

test("a duplicate is refused", recorded({ twitter: "v2_post_duplicate.rec" }, async () => {
  await assert.rejects(post("nerdy! https://bit.ly/eT3aUn"), /Twitter refused: 403/);
}));
