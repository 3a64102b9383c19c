package io.bartizan.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.CustomNode;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;

/** The prose of a page: paragraphs, headings and cells as they are read, each code in it one X. */
final class Prose extends AbstractVisitor {

  /** One paragraph, heading or cell. */
  record Block(String text, boolean isCell) {

    List<String> sentences() {
      return List.of(text.split("(?<=[.!?])\\s+(?=[\\p{Lu}\\[\"(])"));
    }

    /** A few words before and behind. */
    String around(MatchResult found) {
      int from = Math.max(0, found.start() - 30);
      return text.substring(from, Math.min(text.length(), found.end() + 30));
    }
  }

  private final List<Block> blocks = new ArrayList<>();
  private StringBuilder text = new StringBuilder();

  private Prose() {}

  static List<Block> of(Node page) {
    Prose prose = new Prose();
    page.accept(prose);
    return prose.blocks;
  }

  private void block(Node node, boolean isCell) {
    text = new StringBuilder();
    visitChildren(node);
    blocks.add(new Block(text.toString().strip(), isCell));
  }

  @Override
  public void visit(Paragraph node) {
    block(node, false);
  }

  @Override
  public void visit(Heading node) {
    block(node, false);
  }

  @Override
  public void visit(CustomNode node) {
    if (node instanceof TableCell) {
      block(node, true);
    } else {
      visitChildren(node);
    }
  }

  @Override
  public void visit(Text node) {
    text.append(node.getLiteral());
  }

  @Override
  public void visit(Code node) {
    text.append('X');
  }

  @Override
  public void visit(SoftLineBreak node) {
    text.append(' ');
  }

  @Override
  public void visit(HardLineBreak node) {
    text.append(' ');
  }
}
